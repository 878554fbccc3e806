"""Every address of guildhub."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from contributions.views.pictures import month
from contributions.views.points import ledger
from contributions.views.policy_draft import policy_draft, policy_draft_progress
from contributions.views.simulation import try_policy
from core.api.routes import LazyRoutes
from guildhub.views import (
    api_docs,
    appearance,
    crawlers,
    demo,
    front,
    gallery,
    gallery_mails,
    health,
    home,
    languages,
    mail,
    ops,
    ops_mails,
    people,
    phone,
    public_log,
    search,
)
from guilds import urls as guild_urls
from guilds import views as guild_views

# The admin site has a login by password of its own; here everybody types a mailed code.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# A guild's ledger and its months need what lies above guilds, and their addresses belong to the guild.
guild_pages = [
    *guild_urls.urlpatterns,
    path("<slug:slug>/ledger/", ledger, name="ledger"),
    path("<slug:slug>/month/", month, name="month"),
    path("<slug:slug>/rules/try/", try_policy, name="try_policy"),
    path("<slug:slug>/rules/draft/", policy_draft, name="policy_draft"),
    path("<slug:slug>/rules/draft/progress/", policy_draft_progress, name="policy_draft_progress"),
]

handler400 = "guildhub.views.errors.bad_request"
handler500 = "guildhub.views.errors.server_error"

urlpatterns = [
    path("", front.front, name="front"),
    path("numbers/", front.numbers, name="numbers"),
    path("search/", search.search, name="search"),
    path("home/", home.home, name="home"),
    path("log-proof/", public_log.public_log, name="public_log"),
    path("log-proof/checkpoint", public_log.checkpoint, name="log_checkpoint"),
    path("log-proof/checkpoint/<int:size>", public_log.checkpoint, name="log_checkpoint_of"),
    path("log-proof/keys", public_log.keys, name="log_keys"),
    path("log-proof/proof/<int:entry>", public_log.entry_proof, name="log_proof"),
    path("log-proof/tile/<int:level>/<path:place>", public_log.log_tile, name="log_tile"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("offline/", phone.offline, name="offline"),
    path("u/<slug:handle>/", people.person, name="person"),
    path("u/<slug:handle>/work/", people.person_work, name="person_work"),
    path("u/<slug:handle>/report/", people.person_report, name="person_report"),
    path("ops/", ops.ops, name="ops"),
    path("ops/mails/", ops_mails.mails, name="ops_mails"),
    path("mail/", mail.mail, name="mail"),
    path("demo/", demo.demo_switch, name="demo_switch"),
    path("demo/<slug:persona>/", demo.demo_login, name="demo_login"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.door.routes")),
    path("languages/", languages.languages, name="languages"),
    path("appearance/", appearance.appearance, name="appearance"),
    path("components", gallery.gallery, name="components"),
    path("components/mails/", gallery_mails.mails, name="gallery_mails"),
    path("components/mails/<slug:name>/", gallery_mails.mail, name="gallery_mail"),
    path("guilds/", include((guild_pages, "guilds"))),
    path("join/", guild_views.join, name="join"),
    path("join/mail/", guild_views.invitation_kept, name="invitation_kept"),
    path("join/mail/<str:token>/", guild_views.invitation, name="invitation"),
    path("join/mail/stop/<str:token>/", guild_views.invitation_stop, name="invitation_stop"),
    path("join/<str:token>/", guild_views.join_by_link, name="join_by_link"),
    path("", include("projects.urls")),
    path("", include("contributions.urls")),
    path("", include("matching.urls")),
    path("", include("notices.urls")),
    path("", include("moderation.urls")),
    path("", include("accounts.urls")),
    path("api/docs/", api_docs.api_docs, name="api_docs"),
    path("api/docs/<slug:topic>/", api_docs.api_topic, name="api_topic"),
    LazyRoutes("api/v1/", "guildhub.api", "api"),
    path("admin/", admin.site.urls),
]

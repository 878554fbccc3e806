"""Who lives in the demo: invented people, each with a name in the script they would write it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.models import Subject, User
from accounts.services import save_profile

INDIA = "Asia/Kolkata"
JAVA = "Asia/Jakarta"


@dataclass(frozen=True)
class Person:
    """One invented person. `joined` is how many days ago; `rhythm` how many evenings of work in a usual week."""

    key: str
    name: str
    joined: int
    rhythm: float = 0.0
    roles: tuple[str, ...] = ()
    guild: str = "brahmaputra"
    email: str = ""
    language: str = "en"
    zone: str = INDIA

    @property
    def address(self) -> str:
        """Their login's e-mail, at a domain that nobody can own."""
        return self.email or f"{self.key}@example.org"


def _jakarta(key: str, name: str, joined: int, rhythm: float, *roles: str) -> Person:
    return Person(key, name, joined, rhythm, roles, guild="ciliwung", language="id", zone=JAVA)


PEOPLE: tuple[Person, ...] = (
    # The seven whose part can be played.
    Person("nirmali", "নিৰ্মালী দাস", 182, 0.2, ("organising",), email="steward@example.org"),
    Person("jahnavi", "Jahnavi Phukan", 182, 0.4, ("research", "organising"), email="maintainer@example.org"),
    Person("tariq", "Tariq Hussain", 178, 0.3, ("testing", "code"), email="reviewer@example.org"),
    Person("rimjhim", "Rimjhim Bora", 171, 1.6, ("data", "annotation", "code"), email="contributor@example.org"),
    Person("pallab", "Pallab Doley", 1, 0, ("annotation", "field"), email="newcomer@example.org"),
    Person("meher", "Meher Irani", 190, guild="", email="hub-steward@example.org"),
    Person("ingrid", "Ingrid Solberg", 20, guild="", email="outsider@example.org", zone="Europe/Oslo"),
    # Brahmaputra Flood Watch.
    Person("bhaskar", "Bhaskar Kalita", 180, 0.6, ("code", "field", "organising")),
    Person("sunita", "सुनीता बसुमतारी", 174, 0.5, ("translation", "research"), language="hi"),
    Person("ayesha", "عائشہ صدیقی", 170, 0.5, ("docs", "testing"), language="ur"),
    Person("lakhimi", "Lakhimi Pegu", 181, 0.7, ("translation", "field")),
    Person("manas", "মানস গগৈ", 177, 0.7, ("field", "data")),
    Person("farida", "ফৰিদা বেগম", 175, 0.6, ("field", "research")),
    Person("dipali", "দীপালী ৰাভা", 168, 0.7, ("translation", "teaching")),
    Person("ramesh", "रमेश कुमार शर्मा", 166, 0.5, ("data", "docs"), language="hi"),
    Person("rituraj", "Rituraj Deka", 165, 0.7, ("code", "research")),
    Person("ananya", "অনন্যা শইকীয়া", 163, 0.8, ("code", "annotation")),
    Person("bitopan", "বিতোপন হাজৰিকা", 160, 0.7, ("code", "design")),
    Person("mousumi", "মৌসুমী চক্রবর্তী", 155, 0.5, ("docs", "translation"), language="bn"),
    Person("rafiqul", "রফিকুল ইসলাম", 150, 0.6, ("field", "translation"), language="bn"),
    Person("moni", "Moni Payeng", 149, 0.7, ("field", "annotation")),
    Person("anjali", "अंजलि मिश्रा", 144, 0.5, ("design", "docs"), language="hi"),
    Person("imran", "عمران حسین", 141, 0.6, ("code", "testing"), language="ur"),
    Person("barik", "Abdul Barik", 138, 0.5, ("field",)),
    Person("suman", "সুমন পাল", 130, 0.6, ("data", "annotation"), language="bn"),
    Person("prakash", "प्रकाश थापा", 124, 0.6, ("translation", "testing"), language="ne"),
    Person("binita", "बिनिता नार्जारी", 117, 0.6, ("translation", "field")),
    Person("zainab", "زینب خان", 108, 0.7, ("annotation", "data"), language="ur"),
    Person("hemanta", "Hemanta Teron", 101, 0.6, ("translation", "field")),
    Person("sanjib", "Sanjib Borah", 96, 0.4, ("data", "field")),
    Person("mary", "Mary Lalhmangaihi", 90, 0.5, ("research", "docs")),
    Person("priyanka", "Priyanka Dutta", 82, 0.7, ("annotation", "translation")),
    Person("kezevinuo", "Kezevinuo Angami", 70, 0.5, ("testing", "docs")),
    Person("nilotpal", "Nilotpal Sarma", 58, 0.5, ("research", "data")),
    Person("grace", "Grace Syiem", 47, 0.6, ("design", "annotation")),
    Person("junmoni", "Junmoni Kachari", 30, 0.8, ("annotation", "field")),
    # Ciliwung Siaga, the small guild in Jakarta.
    _jakarta("sri", "Sri Wahyuni", 121, 0.1, "organising"),
    _jakarta("budi", "Budi Santoso", 120, 0.3, "code", "organising"),
    _jakarta("dewi", "Dewi Kartikasari", 119, 0.3, "research", "testing"),
    _jakarta("agus", "Agus Hermawan", 119, 0.6, "field"),
    _jakarta("nur", "Nur Aini", 110, 0.5, "field", "data"),
    _jakarta("rina", "Rina Marbun", 92, 0.5, "design", "field"),
    _jakarta("yohanes", "Yohanes Siregar", 64, 0.4, "code", "field"),
    # Who keeps the imported history of a real project.
    Person("vasundhara", "Vasundhara Rao", 31, guild="ai4bharat"),
)


def make_login(person: Person, *, now: datetime) -> Subject:
    """A person with a login whose address was verified the day they came, and the profile they filled in."""
    came_at = now - timedelta(minutes=20)
    subject = Subject.objects.create(created_at=came_at)
    user = User.objects.create_user(
        person.address, subject=subject, date_joined=came_at, is_staff=person.key == "meher"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    save_profile(
        subject=subject,
        display_name=person.name,
        handle=person.key,
        timezone=person.zone,
        language=person.language,
        # Every third keeps to the default, which shows no name to the public.
        is_name_public=len(person.key) % 3 != 0,
        # And every fourth has opened a page about their work.
        public_sections=["guilds", "hours", "projects"] if len(person.key) % 4 == 3 else [],
    )
    return subject

"""Claiming an imported author: who proves it, who does not, and how deep links go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Profile, Subject, SubjectLink
from accounts.queries import display_names, linked_subjects, lock_people, same_person
from accounts.services import IdentityClaimed, IdentityNotProved, claim_identity, save_profile
from core.models import Event
from tests.factories import MONDAY, make_author, make_person, verify_email


def test_a_verified_address_with_the_authors_hash_is_proof(db: None) -> None:
    person, author = make_person("asha"), make_author("Asha Devi", "asha@work.example")
    verify_email(person, "asha@work.example")
    claim_identity(identity=author, by=person, now=MONDAY)
    assert linked_subjects(person.pk) == [person.pk, author.subject_id]
    [event] = Event.objects.filter(kind="identity.claimed")
    assert event.data == {"alias": str(author.subject_id), "subject": str(person.pk)}


def test_the_hash_is_of_the_address_trimmed_and_in_small_letters(db: None) -> None:
    person, author = make_person("asha"), make_author("Asha Devi", " Asha@Work.Example ")
    verify_email(person, "asha@work.example")
    assert claim_identity(identity=author, by=person, now=MONDAY).primary == person


@pytest.mark.parametrize("case", ["no address", "another address", "not verified", "somebody else's"])
def test_without_a_verified_address_of_the_author_there_is_no_proof(db: None, case: str) -> None:
    person, author = make_person("asha"), make_author("Asha Devi", "asha@work.example")
    if case == "another address":
        verify_email(person, "asha@home.example")
    if case == "not verified":
        EmailAddress.objects.create(user=person.user, email="asha@work.example", verified=False)
    if case == "somebody else's":
        verify_email(make_person("bela"), "asha@work.example")
    with pytest.raises(IdentityNotProved):
        claim_identity(identity=author, by=person, now=MONDAY)
    assert not SubjectLink.objects.exists()
    assert not Event.objects.filter(kind="identity.claimed").exists()


def test_an_address_that_two_authors_share_proves_neither(db: None) -> None:
    person = make_person("asha")
    asha, bela = make_author("Asha Devi", "office@ngo.example"), make_author("Bela Roy", "office@ngo.example")
    verify_email(person, "office@ngo.example")
    for author in (asha, bela):
        with pytest.raises(IdentityNotProved):
            claim_identity(identity=author, by=person, now=MONDAY)
    assert linked_subjects(person.pk) == [person.pk]


def test_an_author_is_claimed_once(db: None) -> None:
    person, author = make_person("asha"), make_author("Asha Devi", "asha@work.example")
    verify_email(person, "asha@work.example")
    claim_identity(identity=author, by=person, now=MONDAY)
    with pytest.raises(IdentityClaimed):
        claim_identity(identity=author, by=person, now=MONDAY)
    EmailAddress.objects.all().delete()
    thief = make_person("thief")
    verify_email(thief, "asha@work.example")
    with pytest.raises(IdentityClaimed):
        claim_identity(identity=author, by=thief, now=MONDAY)
    assert Event.objects.filter(kind="identity.claimed").count() == 1


def test_one_person_may_be_several_authors(db: None) -> None:
    person = make_person("asha")
    authors = [make_author("Asha", "asha@one.example"), make_author("A. Devi", "asha@two.example")]
    for author, email in zip(authors, ("asha@one.example", "asha@two.example"), strict=True):
        verify_email(person, email)
        claim_identity(identity=author, by=person, now=MONDAY)
    ids = linked_subjects(person.pk)
    assert ids[0] == person.pk
    assert set(ids) == {person.pk, *(author.subject_id for author in authors)}
    for known_as in ids:
        assert linked_subjects(known_as)[0] == person.pk
        assert set(linked_subjects(known_as)) == set(ids)
    assert same_person(authors[0].subject_id, authors[1].subject_id)
    assert not same_person(authors[0].subject_id, make_person("bela").pk)


def test_an_alias_stands_for_nobody_and_who_stands_for_others_is_no_alias(db: None) -> None:
    """Links are one level deep, so that one look resolves them; the database holds it."""
    one, two, three, four = (Subject.objects.create() for _ in range(4))
    SubjectLink.objects.create(alias=two, primary=one, linked_at=MONDAY)
    for alias, primary in [(three, two), (one, three)]:
        with pytest.raises(IntegrityError, match="alias"), transaction.atomic():
            SubjectLink.objects.create(alias=alias, primary=primary, linked_at=MONDAY)
    for alias, primary in [(two, three), (four, four)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectLink.objects.create(alias=alias, primary=primary, linked_at=MONDAY)
    SubjectLink.objects.create(alias=three, primary=one, linked_at=MONDAY)
    assert set(linked_subjects(three.pk)) == {one.pk, two.pk, three.pk}


def test_a_link_is_never_turned_to_somebody_else(db: None) -> None:
    one, two, three = (Subject.objects.create() for _ in range(3))
    SubjectLink.objects.create(alias=two, primary=one, linked_at=MONDAY)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        SubjectLink.objects.update(primary=three)


@pytest.mark.django_db(transaction=True)
def test_links_made_at_once_still_are_one_level_deep() -> None:
    """Every person tries to become the alias of the next: a chain, unless each link sees those before it."""
    people = [Subject.objects.create() for _ in range(6)]

    def link(n: int) -> bool:
        try:
            with transaction.atomic():
                SubjectLink.objects.create(alias=people[n], primary=people[(n + 1) % 6], linked_at=MONDAY)
            return True
        except DatabaseError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert any(pool.map(link, range(6)))
    aliases = set(SubjectLink.objects.values_list("alias_id", flat=True))
    assert aliases.isdisjoint(SubjectLink.objects.values_list("primary_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_claims_and_locks_on_the_same_people_never_wait_for_each_other_in_a_ring() -> None:
    """A verdict locks author and reviewer in the order of their ids, whoever of them claims the other meanwhile."""
    people, authors = [], []
    for n in range(12):
        authors.append(make_author(f"Author {n}", f"author{n}@work.example"))
        people.append(make_person(f"person{n}"))
        verify_email(people[n], f"author{n}@work.example")

    def claim_or_lock(n: int) -> None:
        try:
            if n % 2:
                claim_identity(identity=authors[n // 2], by=people[n // 2], now=MONDAY)
            else:
                with transaction.atomic():
                    lock_people([people[n // 2].pk, authors[n // 2].subject_id])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(claim_or_lock, range(24)))
    assert SubjectLink.objects.count() == 12


def test_a_profile_is_made_once_and_changed_after_that(db: None) -> None:
    person = make_person("asha")
    save_profile(subject=person, display_name="Asha")
    save_profile(subject=person, display_name="আশা", handle="asha", timezone="Asia/Kolkata")
    assert Profile.objects.get().display_name == "আশা"
    assert display_names([person.pk]) == {person.pk: "আশা"}


@pytest.mark.parametrize("handle", ["Asha", "a", "-asha", "asha devi", "asha@x", "আশা", "a" * 31])
def test_the_database_refuses_a_handle_that_is_no_plain_word(db: None, handle: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        save_profile(subject=make_person("asha"), handle=handle)


def test_names_come_from_the_profile_then_from_the_history(db: None) -> None:
    person, nobody, author = make_person("asha"), make_person("bela"), make_author("Chitra", "c@work.example")
    save_profile(subject=person, display_name="Asha")
    names = display_names([person.pk, nobody.pk, author.subject_id])
    assert names == {person.pk: "Asha", author.subject_id: "Chitra"}

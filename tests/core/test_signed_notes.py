"""Notes, keys and checkpoints against the texts they are made to: known answers of others, and every way to spoil one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.signed_notes import (
    Checkpoint,
    NoteError,
    PrivateKey,
    PublicKey,
    is_name,
    read_note,
    sign_checkpoint,
    sign_note,
)

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
#: The example of c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
#: The keys and the note in the documentation of Go's golang.org/x/mod/sumdb/note.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
CHECKPOINT = Checkpoint("guild.test/log", 5, bytes(range(32)))
KEY = PrivateKey("guild.test/log", bytes(32))


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = PrivateKey("x", bytes.fromhex(seed))
    assert key.public.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert key.public.verifies(bytes.fromhex(signature), bytes.fromhex(message))
    assert not key.public.verifies(bytes.fromhex(signature), b"something else")


def test_the_example_of_the_specification_is_read() -> None:
    key, note = PublicKey.read(EXAMPLE_KEY), read_note(EXAMPLE)
    assert note.text == "This is an example message.\n"
    assert note.signed_by(key)
    assert str(key) == EXAMPLE_KEY


def test_the_note_of_gos_documentation_is_made_byte_for_byte() -> None:
    key = PrivateKey.read(GO_PRIVATE)
    assert (key.secret_text(), str(key.public)) == (GO_PRIVATE, GO_PUBLIC)
    assert sign_note(GO_TEXT, [key]) == GO_NOTE


def test_a_checkpoint_is_three_lines_and_carries_a_signed_time() -> None:
    made = sign_checkpoint(CHECKPOINT, KEY, AT)
    assert made.startswith("guild.test/log\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— guild.test/log ")
    note = read_note(made)
    assert Checkpoint.read(note.text) == CHECKPOINT
    assert note.signed_by(KEY.public)
    assert note.time_signed_by(KEY.public) == AT
    assert made == sign_checkpoint(CHECKPOINT, KEY, AT)


def test_the_time_cannot_be_changed() -> None:
    note = read_note(sign_checkpoint(CHECKPOINT, KEY, AT))
    (plain, (name, key_id, rest)) = note.lines
    changed = type(note)(note.text, (plain, (name, key_id, rest[:7] + bytes([rest[7] ^ 1]) + rest[8:])))
    assert changed.signed_by(KEY.public)
    with pytest.raises(NoteError, match="over the time is wrong"):
        changed.time_signed_by(KEY.public)


@pytest.mark.parametrize("spoil", [("5\n", "6\n"), ("AAEC", "AAED"), ("guild.test/log\n5", "guild.text/log\n5")])
def test_a_changed_checkpoint_is_refused(spoil: tuple[str, str]) -> None:
    changed = read_note(sign_checkpoint(CHECKPOINT, KEY, AT).replace(*spoil, 1))
    with pytest.raises(NoteError, match="signature of key .* is wrong"):
        changed.signed_by(KEY.public)


def test_a_stranger_s_signature_counts_for_nothing() -> None:
    stranger = PrivateKey("guild.test/log", bytes([1]) * 32)
    note = read_note(sign_checkpoint(CHECKPOINT, stranger, AT))
    assert not note.signed_by(KEY.public)
    assert note.time_signed_by(KEY.public) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nname signature\n",
        EXAMPLE.rstrip("\n"),
        EXAMPLE.replace("—", "-"),
        EXAMPLE.replace("Uw2Q", "Uw2!"),
        EXAMPLE.replace("example message", "exam\tple"),
        EXAMPLE.replace("IneyaQM=", "IneyaQN="),
        "text\n\n— name AAAA\n",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        read_note(text)


@pytest.mark.parametrize(
    "text", ["a\n05\nAAAA\n", "a\n-1\nAAAA\n", "a\n5\n", "a\n5\nAAAA\n", "\n5\nAAAA\n", "a\n5\n!\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.read(text)


@pytest.mark.parametrize("text", ["", "a+b", GO_PUBLIC[:-4], GO_PUBLIC.replace("c74f", "c74e"), GO_PRIVATE])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        PublicKey.read(text)


def test_a_private_key_that_was_mistyped_is_refused_and_not_repeated() -> None:
    for text in (
        "",
        GO_PUBLIC,
        GO_PRIVATE[:-4],
        GO_PRIVATE.replace("c74f", "c74e"),
        GO_PRIVATE.replace("AYEK", "AYEL"),
    ):
        with pytest.raises(NoteError) as refusal:
            PrivateKey.read(text)
        assert not text or text[20:] not in str(refusal.value)
    assert "AYEK" not in repr(PrivateKey.read(GO_PRIVATE))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b"])
def test_names_are_one_word(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(NoteError):
        PublicKey(name, bytes(32))

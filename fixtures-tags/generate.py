#!/usr/bin/env python3
"""Makes keys for tests, signs every attack and control of `cases.toml` with them, and throws the secret halves away.

    python3 fixtures-tags/generate.py        (needs git, gpg, ssh-keygen and the `cryptography` package)

Writes `history.fi`, `tags/`, `policies/` and `signers-for-git` anew. A new run makes new keys, so that all ids and fingerprints change;
`cases.toml` names none of them. The packets are written by `openpgp.py` and `sshsig.py` beside this file, since gpg refuses to make
most of what stands here.
"""

import base64
import hashlib
import shutil
import struct
import subprocess
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import openpgp as pgp
import sshsig as ssh
from openpgp import CERTIFY, ENCRYPT, SIGN, Certificate, Key, document, sub
from sshsig import SshKey

HERE = Path(__file__).parent
HOUR, DAY = 3600, 86_400


def at(day, hour=0):
    return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()) + hour * HOUR


BORN = at("2020-01-01")

# ---------------------------------------------------------------------------------------------------------------- keys

def person(kind="eddsa", name=None, **how):
    key = Key(kind, BORN)
    return key, Certificate(key, f"{name} <{name}@example.org>" if name else None, **how)


alice, alice_cert = person("eddsa", "alice")
alice_two, alice_two_cert = person("p256", "alice")
bob, bob_cert = person("rsa3072", "bob", flags=CERTIFY)
bob_sub, bob_sub_two = Key("eddsa", BORN + DAY), Key("eddsa", BORN + 2 * DAY)
bob_cert.subkey(bob_sub).subkey(bob_sub_two)
carol, carol_cert = person("eddsa", "carol")
dave, dave_cert = person("eddsa", "dave")
mallory, mallory_cert = person("eddsa", "mallory")
six = Key("ed25519", BORN, version=6)
six_cert = Certificate(six, "six <six@example.org>")
curve, curve_cert = person("ed25519", "curve")
brain, brain_cert = person("brainpool", "brain")
weak, weak_cert = person("rsa1024", "weak")
old_dsa, old_dsa_cert = person("dsa", "dsa")
odd, odd_cert = person("rsa2047", "odd")
modulus, modulus_cert = person("rsa2048", "modulus")
# Longer than what is computed with: as a primary key, and as a subkey.
long, long_cert = person("rsa4608", "long")
long_sub, long_sub_cert = person("eddsa", "longsub", flags=CERTIFY)
long_sub_key = Key("rsa4608", BORN)
long_sub_cert.subkey(long_sub_key)
missing, _ = person("eddsa", "missing")
missing_sub = Key("eddsa", BORN)

expiring, expiring_cert = person("eddsa", "expiring", expires=at("2025-01-01"))
retired, retired_cert = person("eddsa", "retired")
retired_cert.revoke(at("2025-01-01"), pgp.RETIRED)
stolen, stolen_cert = person("eddsa", "stolen")
stolen_cert.revoke(at("2025-01-01"), pgp.COMPROMISED)
silent, silent_cert = person("eddsa", "silent")
silent_cert.revoke(at("2025-01-01"), None)
# Revocations by digests that nothing else may use any more.
stolen_md5, stolen_md5_cert = person("rsa2048", "stolenmd5")
stolen_md5_cert.revoke(at("2025-01-01"), pgp.COMPROMISED, digest="md5")
stolen_ripemd, stolen_ripemd_cert = person("eddsa", "stolenripemd")
stolen_ripemd_cert.revoke(at("2025-01-01"), None, digest="ripemd160")
retired_md5, retired_md5_cert = person("rsa2048", "retiredmd5")
retired_md5_cert.revoke(at("2025-01-01"), pgp.RETIRED, digest="md5")
sub_stolen, sub_stolen_cert = person("eddsa", "substolen", flags=CERTIFY)
sub_stolen_key = Key("eddsa", BORN)
sub_stolen_cert.subkey(sub_stolen_key).revoke(at("2025-01-01"), pgp.COMPROMISED, of=sub_stolen_key)
sub_expired, sub_expired_cert = person("eddsa", "subexpired", flags=CERTIFY)
sub_expired_key = Key("eddsa", BORN)
sub_expired_cert.subkey(sub_expired_key, expires=at("2024-01-01"))

no_back, no_back_cert = person("eddsa", "noback", flags=CERTIFY)
no_back_key = Key("eddsa", BORN)
no_back_cert.subkey(no_back_key, back=False)
certify_only, certify_only_cert = person("eddsa", "certifyonly", flags=CERTIFY)
encrypting, encrypting_cert = person("eddsa", "encrypting", flags=CERTIFY)
encrypting_key = Key("rsa2048", BORN)
encrypting_cert.subkey(encrypting_key, flags=ENCRYPT)

sha1, sha1_cert = person("rsa2048", "sha1", digest="sha1")
sha1_sub, sha1_sub_cert = person("rsa2048", "sha1sub", digest="sha1", flags=CERTIFY)
sha1_sub_key = Key("rsa2048", BORN)
sha1_sub_cert.subkey(sha1_sub_key)
anew, anew_cert = person("rsa2048", "anew", digest="sha1")
anew_cert.user("anew <anew@example.org>", at("2025-06-01"), digest="sha512", again=True)
md5, md5_cert = person("rsa2048", "md5", digest="md5")
fresh = Key("eddsa", BORN)
fresh_cert = Certificate(fresh, "fresh <fresh@example.org>", time=at("2025-06-01"))
fresh_sub = Key("eddsa", BORN)
fresh_sub_key = Key("eddsa", BORN)
fresh_sub_cert = Certificate(fresh_sub, "freshsub <f@example.org>", time=at("2025-06-01"), flags=CERTIFY)
fresh_sub_cert.subkey(fresh_sub_key, time=at("2025-06-01"))
direct, direct_cert = person("eddsa")

revoker, revoker_cert = person("eddsa", "revoker")
def designated(key):
    return sub(12, bytes([0x80, key.algorithm]) + key.fingerprint())
ward = Key("eddsa", BORN)
ward_cert = Certificate(ward, "ward <ward@example.org>", hashed=designated(revoker), version_direct=True)
ward_cert.revoke(at("2023-01-01"), pgp.COMPROMISED, signer=revoker)
ward_sub = Key("eddsa", BORN)
ward_sub_key = Key("eddsa", BORN)
ward_sub_cert = Certificate(ward_sub, "wardsub <wardsub@example.org>", hashed=designated(revoker), version_direct=True, flags=CERTIFY)
ward_sub_cert.subkey(ward_sub_key).revoke(at("2023-01-01"), pgp.COMPROMISED, signer=revoker, of=ward_sub_key)

# Certificates that others tampered with (threats.md B3); each is alice's but for the change.
def of_alice():
    copy = Certificate(alice)
    copy.packets = list(alice_cert.packets)
    return copy

adopted = Key("eddsa", BORN)
unbound_cert = of_alice()
unbound_cert.packets.append(adopted.public(14))
foreign_binding_cert = of_alice().subkey(adopted, signer=mallory)
foreign_uid_cert = of_alice().user("mallory <mallory@example.org>", BORN, signer=mallory)
unread_revocation_cert = of_alice().revoke(at("2021-01-01"), pgp.COMPROMISED, says=100)
unread_foreign_cert = of_alice().revoke(at("2021-01-01"), pgp.COMPROMISED, signer=mallory, says=100)
HARD, SOFT = sub(29, bytes([pgp.COMPROMISED]) + b"test"), sub(29, bytes([pgp.RETIRED]) + b"test")
# Each by a key of its own: a keyring puts all of one key together.
HURT = {}
def hurt(name, revoke, subkey=False):
    """A key, perhaps with a subkey that signs, revoked by `revoke(certificate, what every signature by it states, the subkey)`."""
    key, cert = person("eddsa", "hurt", flags=CERTIFY if subkey else CERTIFY | SIGN)
    signing = Key("eddsa", BORN) if subkey else None
    if subkey:
        cert.subkey(signing)
    revoke(cert, key.issuer(), signing)
    HURT[name] = signing or key, cert
THEN = pgp.created(at("2021-01-01"))
# Revocations of which the library reads nothing: what gpg reads, and what nobody does.
UNREAD = {
    "unhashed": dict(hashed=HARD, more=sub(32, b"")),
    "notation": dict(hashed=HARD + sub(20, b"\x80\0\0\0\0\x09")),
    "issuer": dict(hashed=HARD, more=sub(16, b"abc")),
    "boolean": dict(hashed=HARD + sub(7, b"")),
    "reason": dict(hashed=sub(29, b"")),
    "cut": dict(hashed=HARD, edit=lambda body: body[:-60]),
    "five": dict(hashed=HARD, edit=lambda body: b"\5" + body[1:]),
    "algorithm": dict(hashed=HARD, edit=lambda body: body[:2] + b"\x63" + body[3:]),
}
for name, how in UNREAD.items():
    def unreadable(cert, issuer, of, hashed=b"", more=b"", **edit):
        cert.revoke_raw(issuer + THEN + hashed, cert.primary.unhashed() + more, of=of, **edit)
    hurt(f"unread-{name}", lambda cert, issuer, of: unreadable(cert, issuer, of, **how))
hurt("unread-sub", lambda cert, issuer, of: unreadable(cert, issuer, of, HARD, sub(32, b"")), subkey=True)
# Hard ones that say more, or do not say when.
hurt("revoked-then-soft", lambda cert, issuer, of: cert.revoke_raw(issuer + pgp.created(at("2025-01-01")) + HARD + SOFT))
hurt("revoked-no-time", lambda cert, issuer, of: cert.revoke_raw(issuer + HARD))
hurt("revoked-time-unhashed", lambda cert, issuer, of: cert.revoke_raw(issuer + HARD, cert.primary.unhashed() + THEN))
hurt("revoked-early", lambda cert, issuer, of: cert.revoke_raw(issuer + pgp.created(BORN - DAY) + HARD))
hurt("revoked-sub", lambda cert, issuer, of: cert.revoke_raw(issuer + HARD, of=of), subkey=True)
foreign_five = Certificate(mallory)
foreign_five.packets = []
foreign_five.revoke_raw(mallory.issuer() + pgp.created(BORN), edit=lambda body: b"\5" + body[1:])
unread_other_cert = of_alice()
unread_other_cert.packets[1:1] = foreign_five.packets
forged_early_cert = of_alice()
forged_early_cert.packets.insert(1, pgp.packet(2, pgp.signature(mallory, pgp.KEY_REVOCATION, alice.hashed(), alice.issuer() + HARD)))
ward_timeless = Key("eddsa", BORN)
ward_timeless_cert = Certificate(ward_timeless, "ward <ward@example.org>", hashed=designated(revoker), version_direct=True)
ward_timeless_cert.packets.insert(1, pgp.packet(2, pgp.signature(
    revoker, pgp.KEY_REVOCATION, ward_timeless.hashed(), revoker.issuer() + HARD, revoker.unhashed())))
forged_revocation_cert = of_alice().revoke(at("2021-01-01"), pgp.COMPROMISED, signer=mallory)
foreign_extension_cert = Certificate(expiring)
foreign_extension_cert.packets = list(expiring_cert.packets)
foreign_extension_cert.user("expiring <expiring@example.org>", at("2024-06-01"), signer=mallory, again=True)
unknown_critical = alice_cert.bytes() + pgp.packet(25, b"x")
lookalike, lookalike_cert = person("eddsa", "alice")
extended, extended_cert = person("eddsa", "extended", expires=at("2025-01-01"))
extended_cert.user("extended <extended@example.org>", at("2024-12-01"), expires=at("2030-01-01"), again=True)

# One subkey in the certificates of two people; of the third it never said that it belongs there.
lent = Key("eddsa", BORN)
lender, lender_cert = person("eddsa", "lender", flags=CERTIFY)
lender_cert.subkey(lent)
borrower, borrower_cert = person("eddsa", "borrower", flags=CERTIFY)
borrower_cert.subkey(lent)
claimer, claimer_cert = person("eddsa", "claimer", flags=CERTIFY)
claimer_cert.subkey(lent, back=False)

# One secret under two numbers of OpenPGP, and in SSH.
point = Key("eddsa", BORN)
point_cert = Certificate(point, "point <point@example.org>")
point_again = Key("ed25519", BORN, secret=point.secret)
point_again_cert = Certificate(point_again, "again <again@example.org>")
point_ssh = SshKey("ssh-ed25519", secret=point.secret)

ed = SshKey("ssh-ed25519")
ed_two = SshKey("ssh-ed25519")
rsa_ssh = SshKey("ssh-rsa")
rsa_short = SshKey("ssh-rsa", 1024)
ecdsa_ssh = SshKey("ecdsa-sha2-nistp256")
sk = SshKey("sk-ssh-ed25519@openssh.com")
stranger_ssh = SshKey("ssh-ed25519")
gone_ssh = SshKey("ssh-ed25519")
authority = SshKey("ssh-ed25519")
certified = SshKey("ssh-ed25519")

# ------------------------------------------------------------------------------------------------------------ policies

POLICIES = HERE / "policies"
KEYS = POLICIES / "keys"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


CERTIFICATES = {
    "alice": alice_cert, "alice-two": alice_two_cert, "bob": bob_cert, "carol": carol_cert, "dave": dave_cert, "mallory": mallory_cert,
    "six": six_cert, "curve": curve_cert, "brain": brain_cert, "weak": weak_cert, "dsa": old_dsa_cert, "expiring": expiring_cert,
    "retired": retired_cert, "stolen": stolen_cert, "silent": silent_cert, "stolen-md5": stolen_md5_cert,
    "stolen-ripemd": stolen_ripemd_cert, "retired-md5": retired_md5_cert, "ward-sub": ward_sub_cert, "sub-stolen": sub_stolen_cert,
    "sub-expired": sub_expired_cert, "no-back": no_back_cert, "certify-only": certify_only_cert, "encrypting": encrypting_cert,
    "sha1": sha1_cert, "sha1-sub": sha1_sub_cert, "anew": anew_cert, "md5": md5_cert, "fresh": fresh_cert,
    "fresh-sub": fresh_sub_cert, "direct": direct_cert, "revoker": revoker_cert, "ward": ward_cert, "unbound": unbound_cert,
    "foreign-binding": foreign_binding_cert, "foreign-uid": foreign_uid_cert, "forged-revocation": forged_revocation_cert,
    "unread-revocation": unread_revocation_cert, "unread-foreign": unread_foreign_cert,
    "foreign-extension": foreign_extension_cert, "lookalike": lookalike_cert, "extended": extended_cert, "lender": lender_cert,
    "borrower": borrower_cert, "claimer": claimer_cert, "odd": odd_cert, "modulus": modulus_cert, "long": long_cert,
    "long-sub": long_sub_cert, "point": point_cert, "point-again": point_again_cert, "unread-other": unread_other_cert,
    "forged-early": forged_early_cert,
    "ward-timeless": ward_timeless_cert,
    **{name: cert for name, (_, cert) in HURT.items()},
}


def who(name, *keys, roles='["release"]', extra="", key_extra=""):
    """A person with the OpenPGP keys of these certificates."""
    out = f"[people.{name}]\nroles = {roles}\n{extra}"
    for certificate in keys:
        primary = CERTIFICATES[certificate].primary
        out += f'[[people.{name}.pgp]]\nfingerprint = "{primary.hex()}"\ncert = "keys/{certificate}.asc"\n{key_extra}'
    return out


def who_ssh(name, *lines, roles='["release"]', extra="", key_extra=""):
    out = f"[people.{name}]\nroles = {roles}\n{extra}"
    for line in lines:
        out += f"[[people.{name}.ssh]]\nkey = '{line}'\n{key_extra}"
    return out


def release(*lines):
    return "[release]\n" + "".join(f"{line}\n" for line in lines)


TWO = who("alice", "alice") + who("bob", "bob")
CAROL = who("carol", "carol", roles='["owner"]')
EVERYBODY = TWO + CAROL + "".join(
    who(name.replace("-", ""), name) for name in (
        "six", "curve", "brain", "weak", "dsa", "expiring", "retired", "stolen", "silent", "sub-stolen", "sub-expired",
        "no-back", "certify-only", "encrypting", "sha1", "sha1-sub", "anew", "md5", "fresh", "fresh-sub", "direct", "extended",
        "stolen-md5", "stolen-ripemd", "retired-md5", "odd", "modulus", "long", "long-sub",
    )
) + who_ssh("ed", ed.line()) + who_ssh("rsa", rsa_ssh.line()) + who_ssh("ecdsa", ecdsa_ssh.line()) + who_ssh("sk", sk.line())
MISSING = f'[people.missing]\nroles = ["release"]\n[[people.missing.pgp]]\nfingerprint = "{missing.hex()}"\n'


def pinned(fingerprint, file):
    return f'[people.alice]\nroles = ["release"]\n[[people.alice.pgp]]\nfingerprint = "{fingerprint}"\ncert = "keys/{file}.asc"\n'


def written_policies():
    yield "plain", EVERYBODY
    yield "without-certificate", TWO + MISSING
    yield "without-certificate-of-none", TWO + MISSING.replace('["release"]', '["owner"]')
    yield "two", TWO + CAROL + release("min_signatures = 2")
    without_bob = TWO.replace('cert = "keys/bob.asc"\n', "")
    yield "two-one-missing", without_bob + release("min_signatures = 2")
    yield "accept-one-missing", without_bob + release('accept = ["tag", "countersign"]')
    yield "two-keys", who("alice", "alice", "alice-two") + who("bob", "bob") + release("min_signatures = 2")
    yield "without-alice", who("bob", "bob")
    yield "nobody", release("min_signatures = 1")
    yield "no-role", CAROL
    yield "leaver", who("alice", "alice") + who("dave", "dave", extra="valid_before = 2025-01-01\n")
    for name, branches in [("leaver-and-releases", '["main", "release/*"]'), ("leaver-releases", '["release/*"]')]:
        yield name, who("alice", "alice") + who("dave", "dave", extra="valid_before = 2025-01-01\n") + release(f"branches = {branches}")
    yield "leaver-key", who("alice", "alice") + who("dave", "dave", key_extra="valid_before = 2025-01-01\n")
    yield "leaver-two", who("alice", "alice") + who("dave", "dave", extra="valid_before = 2025-01-01\n") + release("min_signatures = 2")
    yield "newcomer", who("dave", "dave", extra="valid_after = 2024-06-01\n")
    yield "compromised", who("alice", "alice", key_extra="compromised = true\n")
    yield "sha1", EVERYBODY + release("allow_sha1_self_signatures = true")
    yield "no-trailers", TWO + release("trailers = []")
    yield "lenient", TWO + release('armor = "lenient"')
    yield "skew", TWO + release('max_skew = "1d"')
    yield "max-age", TWO + release('max_age = "30d"')
    yield "openpgp-only", TWO + who_ssh("ed", ed.line()) + release('formats = ["openpgp"]')
    yield "first-parent", TWO + release('reach = "first-parent"')
    yield "release-branches", TWO + release('branches = ["release/*"]')
    yield "braces", TWO + release('branches = ["{main,stable}"]')
    yield "main-and-releases", TWO + release('branches = ["main", "release/*"]')
    yield "two-branches", TWO + release('branches = ["main", "never-fetched"]')
    yield "no-branches", TWO + release("branches = []")
    yield "own-pattern", TWO + release(r"tag_pattern = 'v1'")
    yield "wide-pattern", TWO + release("tag_pattern = '.+'")
    yield "project", TWO + release(r"tag_pattern = 'other-v\d+\.\d+'")
    yield "accept", TWO + CAROL + release('accept = ["tag", "countersign"]')
    yield "mixed", TWO + who_ssh("ed", ed.line()) + who_ssh("sk", sk.line()) + release('armor = "lenient"')
    yield "countersign-only", TWO + CAROL + release('accept = ["countersign"]')
    yield "accept-nothing", TWO + release("accept = []")
    yield "literal", 'profile = "literal"\n' + TWO + who_ssh("ed", ed.line())
    yield "literal-both", 'profile = "literal"\n' + TWO + who_ssh("ed", ed.line()) + release('formats = ["openpgp", "ssh"]')
    yield "three-of-two", TWO + CAROL + release("min_signatures = 3")
    yield "digits", TWO + release(r"tag_pattern = '^v\d+\.\d+\.\d+$'")
    yield "reversed", who("alice", "alice", key_extra="valid_after = 2026-01-01\nvalid_before = 2025-01-01\n")
    yield "reversed-person", who("alice", "alice", extra="valid_after = 2026-01-01\nvalid_before = 2026-01-01\n")
    once, again = "valid_before = 2023-01-01\n", "valid_after = 2024-01-01\n"
    def twice(first, second):
        """Alice's OpenPGP key and ed's SSH key, each twice, with these lines below."""
        out = who("alice", "alice", key_extra=first) + who("alice", "alice", key_extra=second).split("\n", 2)[2]
        return out + who_ssh("ed", ed.line(), key_extra=first) + who_ssh("ed", ed.line(), key_extra=second).split("\n", 2)[2]
    yield "two-windows", twice(once, again)
    yield "two-windows-meet", twice(again.replace("2024", "2023"), once)
    yield "listed-twice", twice("", "")
    yield "listed-twice-ended", twice("valid_before = 2025-01-01\n", again)
    yield "listed-twice-compromised", twice("", "compromised = true\n")
    yield "compromised-then", twice("compromised = true\n" + once, again)
    yield "shared-one-stolen", who("lender", "lender") + who("lender", "borrower", key_extra="compromised = true\n").split("\n", 2)[2]
    yield "state", TWO + release('state = "required"')
    yield "bad-pattern", TWO + release("tag_pattern = '('")
    yield "ward-known", who("ward", "ward") + who("revoker", "revoker", roles='["owner"]')
    yield "ward-unknown", who("ward", "ward")
    yield "ward-sub-known", who("ward", "ward-sub") + who("revoker", "revoker", roles='["owner"]')
    for name in (
        "unbound", "foreign-binding", "foreign-uid", "forged-revocation", "unread-revocation", "unread-foreign", "unread-other",
        "forged-early",
    ):
        yield name, pinned(alice.hex(), name)
    for name in HURT:
        yield name, who("hurt", name)
    yield "ward-timeless", who("ward", "ward-timeless") + who("revoker", "revoker", roles='["owner"]')
    yield "foreign-extension", pinned(expiring.hex(), "foreign-extension")
    yield "lookalike", pinned(alice.hex(), "lookalike")
    for name in ("both-in-one", "both-blocks", "secret", "critical"):
        yield name, pinned(alice.hex(), name)
    yield "subkey-pinned", pinned(bob_sub.hex(), "bob")
    yield "short", pinned(alice.hex()[-16:], "alice")
    yield "no-such-file", pinned(alice.hex(), "nothing")
    yield "shared", who("alice", "alice") + who("bob", "alice")
    yield "shared-subkey", who("lender", "lender") + who("borrower", "borrower")
    yield "claimed-subkey", who("lender", "lender") + who("claimer", "claimer")
    yield "shared-point", who("point", "point") + who("again", "point-again")
    yield "shared-with-ssh", who("point", "point") + who_ssh("again", point_ssh.line())
    def certifies(names, key):
        return f'cert-authority,principals="{names}" {key.line()}'
    yield "authority-of-another", who_ssh("ed", ed.line()) + who_ssh("iris", certifies("iris@example.org", ed))
    yield "authority-of-another-openpgp", who("point", "point") + who_ssh("iris", certifies("iris@example.org", point_ssh))
    yield "authority-of-oneself", who_ssh("ed", ed.line(), certifies("ed@example.org", ed))
    yield "one-authority", who_ssh("theo", certifies("theo@example.org", authority)) + who_ssh(
        "iris", certifies("iris@example.org", authority)) + release("min_signatures = 2")
    yield "ssh-authority-excluding", who_ssh("ca", certifies("!me@example.org,*@example.org", authority))
    yield "shared-by-one", who("lender", "lender", "borrower")
    yield "leaver-anywhere", who("alice", "alice") + who("dave", "dave", extra="valid_before = 2025-01-01\n") + release("branches = []")
    yield "commits-tip", TWO + CAROL + who_ssh("ed", ed.line()) + '[commits]\nrequire = "default-branch"\n'
    yield "commits-all", TWO + release("signed_since = 2026-03-15") + '[commits]\nrequire = "all"\n'
    yield "shared-ssh", who_ssh("alice", ed.line()) + who_ssh("bob", ed.line("other"))
    yield "ssh-short", who_ssh("alice", rsa_short.line())
    yield "ssh-touchless", who_ssh("sk", "no-touch-required " + sk.line())
    yield "ssh-checked", who_ssh("sk", "verify-required " + sk.line())
    yield "ssh-leaver", who_ssh("gone", gone_ssh.line(), key_extra="valid_before = 2025-01-01\n")
    yield "ssh-certified-key", who_ssh("certified", certified.line())
    yield "ssh-authority", who_ssh("ca", 'cert-authority,principals="*@example.org" ' + authority.line())
    by_authority = who_ssh("ca", 'cert-authority,principals="*@example.org" ' + authority.line())
    def also(extra):
        return by_authority + f"[[people.ca.ssh]]\nkey = '{certified.line()}'\n" + extra
    yield "ssh-authority-stolen", also("compromised = true\n")
    yield "ssh-authority-ended", also("valid_before = 2024-01-01\n")
    yield "ssh-authority-and-key", also("")
    yield "ssh-authority-other", by_authority + who_ssh("iris", certified.line())
    yield "ssh-authority-two", who_ssh("aaa", 'cert-authority,principals="you@example.org" ' + authority.line()) + who_ssh(
        "bbb", 'cert-authority,principals="me@example.org" ' + authority.line())
    yield "ssh-file", '[people.ed]\nroles = ["release"]\nemail = ["ed@example.org"]\n' + release('allowed_signers = "signers"')
    eve = '[people.eve]\nroles = ["release"]\nemail = ["eve@example.org"]\n'
    yield "ssh-file-weak", '[people.ed]\nroles = ["release"]\nemail = ["ed@example.org"]\n' + eve + release(
        'allowed_signers = "signers-weak"')
    by_file = '[people.ed]\nroles = ["release"]\nemail = ["ed@example.org"]\n'
    yield "ssh-file-windows", by_file + release('allowed_signers = "signers-windows"')
    yield "ssh-file-stolen", by_file + f"[[people.ed.ssh]]\nkey = '{ed.line()}'\ncompromised = true\n" + release(
        'allowed_signers = "signers-windows"')


SIGNERS = (
    f'ed@example.org namespaces="git",valid-before="20250101Z" {ed.line()}\n'
    f'ed@example.org namespaces="file" {ed_two.line()}\n'
    f"* {stranger_ssh.line()}\n"
    f"*@example.org cert-authority {authority.line()}\n"
)

# One key, two times: it was put away and came back.
# Too weak, and of a kind that nothing knows: the bytes are the kind's name and one more field.
WEAK = (
    f"eve@example.org {rsa_short.line()}\n"
    "mallory@example.org ssh-xmss@openssh.com AAAAFHNzaC14bXNzQG9wZW5zc2guY29tAAAABHhtc3M= test\n"
    + SIGNERS.splitlines()[0] + "\n"
)
WINDOWS = (
    f'ed@example.org valid-before="20230101Z" {ed.line()}\n'
    f'ed@example.org valid-after="20240101Z" {ed.line()}\n'
)

# What `git verify-tag` is given by the differential test.
FOR_GIT = "".join(f"* {key.line()}\n" for key in (ed, rsa_ssh, ecdsa_ssh, stranger_ssh)) + (
    f"* {sk.line()}\n"
    f'* valid-before="20250101Z" {gone_ssh.line()}\n'
    f"*@example.org cert-authority {authority.line()}\n"
)

# ------------------------------------------------------------------------------------------------------------- history

class History:
    """Commits as git fast-import text; every name is a line `# NAME` before its mark."""

    def __init__(self):
        self.out, self.marks, self.files, self.next = [], {}, {}, 1

    def commit(self, name, branch, day, parents, files):
        mark, self.next = self.next, self.next + 1
        self.marks[name] = mark
        ident = f"Test <test@example.org> {at(day)} +0000"
        message = f"{name}\n"
        lines = [f"# {name}", f"commit {branch}", f"mark :{mark}", f"author {ident}", f"committer {ident}"]
        lines += [f"data {len(message)}", message[:-1]]
        lines += [f"{'from' if at_ == 0 else 'merge'} :{self.marks[parent]}" for at_, parent in enumerate(parents)]
        for path, content in files.items():
            if content is None:
                lines.append(f"D {path}")
            elif isinstance(content, tuple):
                lines.append(f"M 160000 {content[0]} {path}")
            else:
                lines += [f"M 100644 inline {path}", f"data {len(content.encode())}", content]
        self.out.append("\n".join(lines) + "\n\n")

    def text(self):
        return "".join(self.out)


def write_history(policy_files, usurper):
    history = History()
    main, side = "refs/heads/main", "refs/heads/side"
    history.commit("c0", main, "2023-01-01", [], {"main.rs": "zero\n"})
    history.commit("c1", main, "2024-01-01", ["c0"], {"main.rs": "one\n"})
    history.commit("evil", side, "2024-02-01", ["c1"], {"main.rs": "evil\n"})
    history.commit("bad", side, "2024-02-10", ["c1"], {"main.rs": "bad\n"})
    history.commit("reverted", side, "2024-02-11", ["bad"], {"main.rs": "one\n"})
    history.commit("merge", main, "2024-03-01", ["c1", "reverted"], {})
    history.commit("c2", main, "2024-05-01", ["merge"], {"main.rs": "two\n"})
    history.commit("policy-one", main, "2025-06-01", ["c2"], policy_files)
    history.commit("c3", main, "2026-01-01", ["policy-one"], {"main.rs": "three\n"})
    attributes = "*.bin filter=lfs diff=lfs merge=lfs\nversion export-subst\n"
    history.commit("c4", main, "2026-02-01", ["c3"], {".gitattributes": attributes, "vendored": ("1" * 40,)})
    history.commit("usurper", side, "2026-02-02", ["c4"], {".tollgate.toml": usurper})
    # Made on top of work of 2026 with a clock set back, and made in time but merged long after.
    history.commit("disguised", side, "2024-06-01", ["c3"], {"disguised.rs": "\n"})
    history.commit("waiting", side, "2024-06-01", ["c2"], {"waiting.rs": "\n"})
    history.commit("joined", main, "2026-02-15", ["c4", "disguised"], {})
    history.commit("joined-two", main, "2026-02-16", ["joined", "waiting"], {})
    history.commit("tip", main, "2026-03-01", ["joined-two"], {"main.rs": "tip\n"})
    history.commit("future", side, "2099-01-01", ["tip"], {})
    # A clock that went back.
    history.commit("clock", side, "2024-03-15", ["tip"], {})
    write(HERE / "history.fi", history.text())
    with tempfile.TemporaryDirectory() as folder:
        git = ["git", "-C", folder]
        subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
        subprocess.run([*git, "fast-import", "--quiet", "--export-marks=marks"], input=history.text().encode(), check=True)
        marks = dict(line.split() for line in (Path(folder) / "marks").read_text().splitlines())
        ids = {name: marks[f":{mark}"] for name, mark in history.marks.items()}
        read = lambda what: subprocess.run([*git, "rev-parse", what], capture_output=True, text=True, check=True).stdout.strip()
        ids["tree"], ids["blob"] = read(ids["c2"] + "^{tree}"), read(ids["c2"] + ":main.rs")
    return ids

# ---------------------------------------------------------------------------------------------------------------- tags

TAGS = HERE / "tags"
IDS = {}
MADE = {}
C1, C2, C3 = at("2024-01-02"), at("2024-05-02"), at("2026-01-02")


def payload(name, target, time, kind="commit", message="Release\n", tagger=None, end="\n"):
    if tagger is None:
        tagger = f"Somebody <somebody@example.org> {time} +0000"
    return f"object {IDS.get(target, target)}\ntype {kind}\ntag {name}\ntagger {tagger}\n{end}{message}".encode()


def keep(file, data):
    data = data.encode() if isinstance(data, str) else data
    write(TAGS / file, data)
    MADE[file] = hashlib.sha1(b"tag %d\0" % len(data) + data).hexdigest()
    return data


def armored(*packets, **how):
    return pgp.armor(b"".join(packets), **how).encode()


def signed(file, key, name, target, time, data=None, at_time=None, tag_kind="commit", **how):
    """A tag with one OpenPGP signature as gpg makes it."""
    data = payload(name, target, time, tag_kind) if data is None else data
    return keep(file, data + armored(document(key, data, at_time or time, **how)))


def raw(file, key, data, hashed, unhashed=b"", digest="sha512", kind=pgp.BINARY):
    """A tag whose signature has exactly these subpackets."""
    return keep(file, data + armored(pgp.packet(2, pgp.signature(key, kind, data, hashed, unhashed, digest))))


def ssh_signed(file, key, name, target, time, data=None, **how):
    data = payload(name, target, time) if data is None else data
    return keep(file, data + ssh.armored(key, data, **how).encode())


def controls():
    signed("v1.0", alice, "v1.0", "c1", C1)
    signed("v1.1", alice, "v1.1", "c2", C2)
    signed("v2.0", alice, "v2.0", "c3", C3)
    signed("bob-v1.1", bob_sub, "v1.1", "c2", C2)
    for file, key in [("six", six), ("curve", curve), ("brain", brain), ("weak", weak), ("dsa", old_dsa), ("odd", odd), ("long", long), ("long-sub", long_sub_key), ("carol", carol), ("missing", missing), ("missing-sub", missing_sub), ("direct", direct)]:
        signed(file, key, "v1.1", "c2", C2)
    signed("package", alice, "pkg/v1.1", "c2", C2)
    signed("wide", alice, "nightly", "c2", C2)


def names_and_targets():
    """tags.md a02 to a06, a20, a21; threats.md B7."""
    unsigned = keep("a04b-inner", payload("v1.0", "c1", C1))
    IDS["a04b-inner"], IDS["v1.1"] = MADE["a04b-inner"], MADE["v1.1"]
    keep("a04a", payload("v1.2", "v1.1", C2, "tag"))
    signed("a04b", alice, "v1.2", "a04b-inner", C2, tag_kind="tag")
    signed("a04c", mallory, "v1.2", "v1.1", C2, tag_kind="tag")
    signed("a05a", alice, "v1.2", "tree", C2, tag_kind="tree")
    signed("a05b", alice, "v1.2", "blob", C2, tag_kind="blob")
    signed("lying-type", alice, "v1.2", "tree", C2)
    signed("a06", mallory, "v1.2", "c2", C2)
    signed("a20", alice, "v1.2", "evil", C2)
    signed("a21", mallory, "v2.0", "usurper", C3 + 60 * DAY)
    keep("unsigned", payload("v1.2", "c2", C2))
    signed("nowhere", alice, "v1.2", "2" * 40, C2)
    signed("b45", alice, "v1\u2024" + "1", "c2", C2)
    signed("b45-digits", alice, "v1.\u0662.\u0663", "c2", C2)
    signed("b46", alice, "v1.1 ", "c2", C2)
    data = payload("v1.1", "c2", C2)
    upper = data.replace(IDS["c2"].encode(), IDS["c2"].upper().encode())
    signed("b47", alice, "", "", C2, data=upper)
    signed("b48", alice, "", "", C2, data=data + b"a\0b\n")
    signed("b48-header", alice, "", "", C2, data=data.replace(b"tag v1.1\n", b"tag v1.1\0x\n"))
    signed("control", alice, "", "", C2, data=data.replace(b"Somebody", b"Some\x1b[2Jbody"))
    for name, byte in [("return", b"\r"), ("escape", b"\x1b[2J"), ("delete", b"\x7f"), ("c1", "\x9b2J".encode())]:
        signed(f"b48-{name}", alice, "", "", C2, data=data + b"a" + byte + b"b\n")
    signed("b48-tagger", alice, "", "", C2, data=data.replace(b"Somebody", "Some\x9b2Jbody".encode()))
    signed("tab", alice, "", "", C2, data=data + "\ta \u2713 in UTF-8\n".encode() + "\xe9 in Latin-1\n".encode("latin-1"))
    signed("b49", alice, "", "", C2, data=data.replace(b"\n\n", b"\ngpgsig x\n\n", 1))
    signed("b4a", alice, "", "", C2, data=payload("v1.1", "c2", C2, tagger="A <a@b> 18446744073709551615 +0000"))
    signed("b4a-late", alice, "", "", C2, data=payload("v1.1", "c2", C2, tagger=f"A <a@b> {1 << 41} +0000"))
    signed("b4a-edge", alice, "", "", C2, data=payload("v1.1", "c2", C2, tagger=f"A <a@b> {1 << 40} +0000"))
    signed("b4a-zone", alice, "", "", C2, data=payload("v1.1", "c2", C2, tagger=f"A <a@b> {C2}"))
    signed("b4b", alice, "evil-v1.1", "c2", C2)
    signed("b50", alice, "v1.2", "bad", C2)
    signed("b51", alice, "v2.1", "c4", C3 + 31 * DAY)
    signed("a16a", alice, "", "", C2, data=data.replace(b"\n", b"\r\n"))
    line = f"object {IDS['evil']}\n".encode()
    signed("a17a", alice, "", "", C2, data=line + data)
    first, rest = data.split(b"\n\n", 1)
    signed("a17b", alice, "", "", C2, data=first + b"\n" + line + b"\n" + rest)
    signed("a17c", alice, "", "", C2, data=data.replace(b"tag v1.1\n", b"tag v1.1\ntag v1.0\n"))
    signed("a17d", alice, "", "", C2, data=b"\n".join(l for l in data.split(b"\n") if not l.startswith(b"tagger")))
    signed("a26", alice, "", "", C2, data=data + b"x" * 70_000 + b"\n")


def certificates():
    """tags.md a07 to a11, threats.md B3."""
    signed("a07", expiring, "v1.1", "c2", C2)
    signed("a08", expiring, "v1.1", "c2", at("2025-03-01"))
    signed("a09a", retired, "v1.1", "c2", C2)
    signed("a09b", retired, "v1.1", "c2", at("2025-03-01"))
    signed("a10", stolen, "v1.1", "c2", C2)
    signed("a10-silent", silent, "v1.1", "c2", C2)
    signed("a10-md5", stolen_md5, "v1.1", "c2", C2)
    signed("a10-ripemd", stolen_ripemd, "v1.1", "c2", C2)
    signed("a09b-md5", retired_md5, "v1.1", "c2", at("2025-03-01"))
    signed("b2a-sub", ward_sub_key, "v1.1", "c2", C2)
    signed("a10-sub", sub_stolen_key, "v1.1", "c2", C2)
    signed("sub-expired", sub_expired_key, "v1.1", "c2", C2)
    signed("a11b", no_back_key, "v1.1", "c2", C2)
    signed("a11c", certify_only, "v1.1", "c2", C2)
    signed("b27", encrypting_key, "v1.1", "c2", C2)
    signed("too-early", alice, "v1.1", "c2", C2, at_time=BORN - DAY)
    signed("b04", adopted, "v1.1", "c2", C2)
    signed("b08", lookalike, "v1.1", "c2", C2)
    signed("b2a", ward, "v1.1", "c2", C2)
    for name, (key, _) in HURT.items():
        signed(name, key, "v1.1", "c2", C2)
    signed("b2a-timeless", ward_timeless, "v1.1", "c2", C2)
    signed("sha1", sha1, "v1.1", "c2", C2)
    signed("sha1-sub", sha1_sub_key, "v1.1", "c2", C2)
    signed("anew", anew, "v1.1", "c2", C2)
    signed("md5-cert", md5, "v1.1", "c2", C2)
    signed("fresh", fresh, "v1.1", "c2", C2)
    signed("fresh-sub", fresh_sub_key, "v1.1", "c2", C2)
    signed("dave-in", dave, "v1.1", "c2", C2)
    signed("dave-edge", dave, "v1.1", "c2", at("2025-01-01"))
    signed("dave-last", dave, "v1.1", "c2", at("2025-01-01") - 1)
    signed("dave-backdated", dave, "v2.0", "c3", C3, at_time=at("2024-12-01"))
    signed("dave-disguised", dave, "v2.1", "disguised", at("2024-06-02"))
    signed("dave-waiting", dave, "v1.3", "waiting", at("2024-06-02"))
    signed("alice-waiting", alice, "v1.3", "waiting", at("2024-06-02"))
    signed("expired-backdated", expiring, "v2.0", "c3", C3, at_time=at("2024-12-01"))
    signed("retired-backdated", retired, "v2.0", "c3", C3, at_time=at("2024-12-01"))
    signed("extended", extended, "v1.1", "c2", C2)
    signed("extended-backdated", extended, "v2.0", "c3", C3, at_time=at("2024-12-15"))
    signed("lent", lent, "v1.1", "c2", C2)
    signed("newcomer-early", dave, "v1.1", "c2", at("2024-06-01") - 1)
    signed("newcomer", dave, "v1.1", "c2", at("2024-06-01"))


def blocks():
    """tags.md a12 to a16, a23, a24, a40; threats.md B4."""
    data = payload("v1.1", "c2", C2)
    by = lambda key, over=data, time=C2, **how: document(key, over, time, **how)
    keep("a12a", data + armored(by(alice), by(bob_sub)))
    keep("a12b", data + armored(by(mallory), by(alice)))
    keep("b26-packets", data + armored(by(bob_sub), by(bob_sub_two)))
    def chain(file, *keys):
        tag = data
        for key in keys:
            tag += armored(by(key, tag))
        return keep(file, tag)
    chain("a12c", alice, bob_sub)
    chain("a12d", alice, mallory)
    chain("a12d-inner", mallory, alice)
    chain("b26", alice, alice_two)
    keep("a12e", data + armored(by(alice)) + armored(by(bob_sub)))
    broken = data + armored(by(alice, data + b"x"))
    keep("b25", broken + armored(by(bob_sub, broken)))
    foreign = data + ssh.armored(stranger_ssh, data + b"x").encode()
    keep("b25-stranger", foreign + armored(by(bob_sub, foreign)))
    keep("a13-stranger", foreign)
    sound = data + ssh.armored(stranger_ssh, data).encode()
    keep("b25-sound", sound + armored(by(bob_sub, sound)))
    keep("a13", data + armored(by(alice, payload("v1.0", "c1", C1))))
    whole = data + armored(by(alice))
    keep("a15a", whole + b"and this\n")
    keep("spaced", whole + b"\n\n")
    stamp = base64.b64encode(b"\0OpenTimestamps\0\0Proof" + bytes(40)).decode()
    proof = f"-----BEGIN OPENTIMESTAMPS GIT TIMESTAMP-----\n\n{stamp}\n-----END OPENTIMESTAMPS GIT TIMESTAMP-----\n".encode()
    keep("a15b", whole + proof)
    keep("a15b-twice", whole + proof + proof)
    quoting = payload("v1.1", "c2", C2, message="See\n-----BEGIN PGP SIGNATURE-----\nbelow\n")
    signed("a15c", alice, "", "", C2, data=quoting)
    keep("a15d", whole + b"-----BEGIN PGP SIGNATURE-----\n")
    text = data.replace(b"\n", b"\r\n")
    keep("a16b", data + armored(by(alice, text, kind=pgp.TEXT)))
    keep("a16c", data.replace(b"Release\n", b"Release\r\n") + armored(by(alice, text, kind=pgp.TEXT)))
    signed("a23a", alice, "v1.1", "c2", C2, at_time=at("2050-01-01"))
    signed("a23b", alice, "v1.1", "c2", C2, at_time=C2 + 2 * DAY)
    signed("a23b-hour", alice, "v1.1", "c2", C2, at_time=C2 + 2 * HOUR)
    signed("a23b-early", alice, "v1.1", "c2", C2, at_time=C2 - 3 * DAY)
    signed("a23c", alice, "v1.1", "c2", C2, hashed=sub(3, struct.pack(">I", 30 * DAY)))
    note = b"\x80\0\0\0" + struct.pack(">HH", 13, 1) + b"x@example.orgy"
    signed("a23d", alice, "v1.1", "c2", C2, hashed=sub(20, note, critical=True))
    signed("a23d-plain", alice, "v1.1", "c2", C2, hashed=sub(20, note))
    raw("a24", mallory, data, pgp.created(C2), alice.issuer() + alice.short_issuer())
    raw("a24-both", mallory, data, mallory.issuer() + pgp.created(C2), alice.issuer() + alice.short_issuer())
    signed("a24-hashed", mallory, "v1.1", "c2", C2, claim=alice)
    literal = pgp.packet(11, b"b\0\0\0\0\0" + b"other")
    keep("a40", data + armored(literal, label="PGP MESSAGE"))
    keep("a40-key", data + armored(alice_cert.bytes()))
    keep("a40-literal", data + armored(by(alice), literal))
    # B4
    keep("b12", data + armored(pgp.packet(2, pgp.signature_v3(bob, pgp.BINARY, data, C2))))
    keep("b13", data + armored(by(sha1, digest="md5")))
    keep("b14", data + armored(by(alice, digest="sha1")))
    keep("b14-comment", data + armored(by(alice, digest="sha1"), headers="Version: GnuPG v1\n"))
    raw("b16", alice, data, alice.issuer(), pgp.created(C2) + alice.short_issuer())
    raw("b17", alice, data, alice.issuer(), alice.short_issuer())
    raw("b18", alice, data, alice.issuer() + pgp.created(C2) + pgp.created(at("2026-01-05")), alice.short_issuer())
    raw("b18-expiry", alice, data, alice.issuer() + pgp.created(C2) + sub(3, struct.pack(">I", DAY)) + sub(3, bytes(4)))
    raw("b18-issuer", alice, data, alice.issuer() + mallory.issuer() + pgp.created(C2))
    raw("b18-flags", alice, data, alice.issuer() + pgp.created(C2) + 2 * sub(27, b"\x02"))
    raw("b19", alice, data, alice.issuer() + pgp.created(C2) + sub(99, b"?", critical=True))
    body = bytearray(pgp.signature(alice, pgp.BINARY, data, alice.issuer() + pgp.created(C2), alice.short_issuer()))
    body[0] = 5
    keep("b20", data + armored(pgp.packet(2, bytes(body))))
    raw("old", alice, data, pgp.created(C2), alice.short_issuer())
    raw("b22", alice, data, alice.issuer() + pgp.created(C2), alice.short_issuer() + sub(100, b"anything"))
    for name, key in [("eddsa", alice), ("rsa", modulus), ("ed25519", curve), ("six", six)]:
        signed(f"b22c-{name}", key, "v1.1", "c2", C2, tail=b"anything..")
    signed("b22c-number", modulus, "v1.1", "c2", C2, tail=pgp.mpi(1 << 2000))
    signed("b22c-long", alice, "v1.1", "c2", C2, tail=b"anything" * 5000)
    keep("b22b", data + armored(by(alice), headers="Comment: anything\n"))
    keep("b23", data + armored(by(alice), width=60))
    keep("no-checksum", data + armored(by(alice), checksum=False))
    bad = armored(by(alice)).split(b"\n")
    bad = [b"=AAAA" if l.startswith(b"=") else l for l in bad]
    keep("wrong-checksum", data + b"\n".join(bad))
    cms = b"-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n"
    keep("x509", data + cms)
    keep("x509-over", whole + cms)
    keep("x509-over-broken", broken + cms)
    keep("moved", payload("v1.1", "c2", C2, message="Release again\n") + armored(by(alice, payload("v1.1", "c2", C2, message="Release again\n"))))
    keep("rewrapped", whole + proof)


def ssh_tags():
    """tags.md a14, threats.md B5 and B9."""
    ssh_signed("a14a", ed, "v1.1", "c2", C2)
    ssh_signed("ssh-rsa", rsa_ssh, "v1.1", "c2", C2)
    ssh_signed("ssh-ecdsa", ecdsa_ssh, "v1.1", "c2", C2)
    ssh_signed("ssh-sha256", ed, "v1.1", "c2", C2, digest="sha256")
    ssh_signed("ssh-sha384", ed, "v1.1", "c2", C2, digest="sha384")
    ssh_signed("ssh-rsa-sha1", rsa_ssh, "v1.1", "c2", C2, rsa_hash="sha1")
    ssh_signed("a14b", ed, "v1.1", "c2", C2, namespace="file")
    ssh_signed("a14c", stranger_ssh, "v1.1", "c2", C2)
    data = payload("v1.1", "c2", C2)
    keep("ssh-wrong", data + ssh.armored(ed, data + b"x").encode())
    ssh_signed("ssh-future", ed, "v1.1", "c2", at("2050-01-01"))
    ssh_signed("b62", sk, "v1.1", "c2", C2)
    ssh_signed("b62-checked", sk, "v1.1", "c2", C2, flags=ssh.TOUCHED | ssh.CHECKED)
    ssh_signed("b63", sk, "v1.1", "c2", C2, flags=0)
    ssh_signed("b64", ed, "v1.1", "c2", C2, reserved=b"x")
    ssh_signed("b64-covered", ed, "v1.1", "c2", C2, covered_reserved=b"x")
    for name, key in [("ed25519", ed), ("rsa", rsa_ssh), ("ecdsa", ecdsa_ssh), ("sk", sk)]:
        ssh_signed(f"b65-{name}", key, "v1.1", "c2", C2, inner=b"anything")
    ssh_signed("b65", ed, "v1.1", "c2", C2, tail=b"x")
    of = lambda **how: ssh.certificate(certified, authority, ["me@example.org"], **{"after": BORN, "before": at("2030-01-01"), **how})
    def with_tail(certificate):
        """The authority's signature, 83 bytes and four of length, with a byte more that nothing covers."""
        return certificate[:-87] + ssh.text(certificate[-83:] + b"x")
    ssh_signed("b66", certified, "v1.1", "c2", C2, public=of())
    own = ssh.certificate(certified, authority, ["theo@example.org"], BORN, at("2030-01-01"))
    ssh_signed("b66-theo", certified, "v1.1", "c2", C2, public=own)
    other = SshKey("ssh-ed25519")
    own = ssh.certificate(other, authority, ["iris@example.org"], BORN, at("2030-01-01"))
    IDS["b66-theo"] = MADE["b66-theo"]
    for file, key, public in [("iris", certified, None), ("iris-own", other, own)]:
        public = public or ssh.certificate(certified, authority, ["iris@example.org"], BORN, at("2030-01-01"))
        data = payload("countersign/v1.1/iris", "b66-theo", C2 + HOUR, kind="tag")
        ssh_signed(f"cs-b66-{file}", key, "", "", C2, data=data, public=public)
    ssh_signed("b66-forever", certified, "v1.1", "c2", C2, public=of(before=(1 << 64) - 1))
    ssh_signed("b66-unsigned-tail", certified, "v1.1", "c2", C2, public=with_tail(of()))
    ssh_signed("b66-late", certified, "v1.1", "c2", C2, public=of(before=C2 - DAY))
    ssh_signed("b66-host", certified, "v1.1", "c2", C2, public=of(kind=2))
    ssh_signed("b66-backdated", certified, "v2.0", "c3", at("2023-06-01"), public=of(before=at("2025-01-01")))
    critical = ssh.text("force-command") + ssh.text(ssh.text("x"))
    ssh_signed("b66-critical", certified, "v1.1", "c2", C2, public=of(critical=critical))
    other = ssh.certificate(certified, authority, ["me@elsewhere.example"], BORN, at("2030-01-01"))
    ssh_signed("b66-principal", certified, "v1.1", "c2", C2, public=other)
    ssh_signed("b66-forged", certified, "v1.1", "c2", C2, public=of()[:-64] + bytes(64))
    ssh_signed("b68", gone_ssh, "v1.1", "c2", at("2025-01-01"))
    ssh_signed("b68-last", gone_ssh, "v1.1", "c2", at("2025-01-01") - 1)
    ssh_signed("b69", gone_ssh, "v2.0", "c3", at("2023-06-01"))
    ssh_signed("ssh-file-late", ed, "v1.1", "c2", at("2025-01-01"))


def countersignatures():
    """threats.md B6. `TAG/NAME` is what the reference is called."""
    targets = {**IDS, **MADE}
    IDS.update(targets)
    def countersign(file, key, name, target, kind="tag", time=C2 + HOUR, data=None):
        signed(file, key, f"countersign/{name}", target, time, tag_kind=kind)
    countersign("cs-bob", bob_sub, "v1.1/bob", "v1.1")
    countersign("cs-alice", alice, "v1.1/bob", "v1.1")
    countersign("cs-alice-two", alice_two, "v1.1/alice-two", "v1.1")
    countersign("cs-carol", carol, "v1.1/carol", "v1.1")
    countersign("cs-mallory", mallory, "v1.1/bob", "v1.1")
    countersign("cs-dave-late", dave, "v1.1/dave", "v1.1", time=at("2025-06-01"))
    countersign("cs-dave", dave, "v1.1/dave", "v1.1")
    countersign("cs-dave-young", dave, "v2.0/dave", "v2.0", time=at("2024-12-01"))
    countersign("cs-commit", bob_sub, "v1.1/bob", "c2", "commit")
    countersign("cs-elsewhere", bob_sub, "v1.0/bob", "v1.0")
    countersign("cs-unsigned", bob_sub, "v1.2/bob", "unsigned")
    countersign("cs-a06", bob_sub, "v1.2/bob", "a06")
    countersign("cs-b14", bob_sub, "v1.1/bob", "b14")
    countersign("cs-a13", bob_sub, "v1.1/bob", "a13")
    countersign("cs-light", bob_sub, "v1.2/bob", "c2", "commit")
    countersign("cs-other-commit", bob_sub, "v1.2/bob", "c1", "commit")
    countersign("cs-lying-type", bob_sub, "v1.1/bob", "v1.1", "commit")
    countersign("cs-lying-tag", bob_sub, "v1.2/bob", "c2", "tag")
    countersign("cs-a40", bob_sub, "v1.1/bob", "a40")
    countersign("cs-sha1", sha1, "v1.1/bob", "v1.1")
    by_x509 = payload("countersign/v1.1/bob", "v1.1", C2 + HOUR, kind="tag")
    keep("cs-x509", by_x509 + b"-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n")


def commits():
    """Commits on top of `tip`, signed in their header; `tree` and `parent` are those of real commits."""
    def commit(file, sign, parents, tail=""):
        ident = f"Test <test@example.org> {at('2026-04-01')} +0000"
        head = f"tree {IDS['tree']}\n" + "".join(f"parent {IDS[parent]}\n" for parent in parents)
        head += f"author {ident}\ncommitter {ident}\n"
        body = "\nsigned\n"
        block = sign((head + body).encode())
        header = "gpgsig " + (block.rstrip("\n") + tail).replace("\n", "\n ") + "\n" if block else ""
        write(HERE / "commits" / file, head + header + body)
    by = lambda key: lambda data: pgp.armor(document(key, data, at("2026-04-01")))
    commit("alice", by(alice), ["tip"])
    commit("carol", by(carol), ["tip"])
    commit("mallory", by(mallory), ["tip"])
    commit("mallory-merge", by(mallory), ["tip", "evil"], tail="\n")
    commit("ssh", lambda data: ssh.armored(ed, data), ["tip"])
    commit("other-content", lambda data: pgp.armor(document(alice, data + b"x", at("2026-04-01"))), ["tip"])
    commit("x509", lambda data: "-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n", ["tip"])
    commit("unsigned", lambda data: "", ["tip"])


def by_programs():
    """What gpg, git's conventions and ssh-keygen themselves make; keys of a home that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        environment = {"GNUPGHOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home}
        def run(*words, data=b""):
            return subprocess.run(words, input=data, capture_output=True, check=True, env=environment).stdout
        gpg = ["gpg", "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
        then = ["--faked-system-time", "20200101T000000!"]
        for name, kind in [("gpg-rsa", "rsa4096"), ("gpg-eddsa", "ed25519")]:
            user = f"{name} <{name}@example.org>"
            run(*gpg, *then, "--quick-generate-key", user, kind, "cert", "never")
            primary = next(l.split(":")[9] for l in run(*gpg, "--with-colons", "--list-keys", f"={user}").decode().splitlines() if l.startswith("fpr"))
            run(*gpg, *then, "--quick-add-key", primary, kind, "sign", "10y")
            certificate = run(*gpg, "--armor", "--export", primary)
            write(KEYS / f"{name}.asc", certificate)
            data = payload("v1.1", "c2", C2)
            sign = [*gpg, "--faked-system-time", "20240502T000000!", "--local-user", primary, "--armor", "--detach-sign"]
            keep(name, data + run(*sign, data=data))
            yield name, primary
        run("gpgconf", "--kill", "all")
        for kind in ("ed25519", "rsa"):
            path = Path(home) / kind
            run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path), "-C", "test")
            data = payload("v1.1", "c2", C2)
            (Path(home) / "data").write_bytes(data)
            run("ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(path), str(Path(home) / "data"))
            keep(f"keygen-{kind}", data + (Path(home) / "data.sig").read_bytes())
            (Path(home) / "data.sig").unlink()
            yield f"keygen-{kind}", Path(f"{path}.pub").read_text().strip()


def seeds():
    """Inputs from which the fuzzer starts: whole tags, and the bytes inside of their armor."""
    folder = HERE.parent / "fuzz" / "corpus"
    for name in ("v1.1", "bob-v1.1", "a12a", "a12c", "a14a", "b62", "a15b"):
        data = (TAGS / name).read_bytes()
        write(folder / "verify" / f"tag-{name}", b"\0" + data)
        block = data.split(b"-----BEGIN ", 1)[1].split(b"-----END", 1)[0]
        lines = block.split(b"-----\n", 1)[1].strip().split(b"\n")
        packets = base64.b64decode(b"".join(line for line in lines if not line.startswith(b"=")))
        kind = b"\1" if b"PGP SIGNATURE" in data else b"\2"
        write(folder / "verify" / f"block-{name}", kind + packets)
    write(folder / "armor" / "signature", b"\0" + data[data.index(b"-----BEGIN"):data.index(b"-----BEGIN OPEN")])
    for name in ("alice", "bob", "sub-stolen", "foreign-uid"):
        write(folder / "certificate" / name, CERTIFICATES[name].bytes())
    write(folder / "signers" / "file", SIGNERS)


def main():
    for folder in (TAGS, POLICIES, HERE / "commits"):
        shutil.rmtree(folder, ignore_errors=True)
    for name, certificate in CERTIFICATES.items():
        write(KEYS / f"{name}.asc", certificate.armored())
    write(KEYS / "both-in-one.asc", pgp.armor(alice_cert.bytes() + mallory_cert.bytes(), "PGP PUBLIC KEY BLOCK"))
    write(KEYS / "both-blocks.asc", alice_cert.armored() + mallory_cert.armored())
    burnt = Key("eddsa", BORN)
    secret = burnt.secret_packet() + b"".join(Certificate(burnt, "burnt <b@example.org>").packets[1:])
    write(KEYS / "secret.asc", pgp.armor(secret, "PGP PRIVATE KEY BLOCK"))
    write(KEYS / "critical.asc", pgp.armor(unknown_critical, "PGP PUBLIC KEY BLOCK"))
    write(POLICIES / "signers", SIGNERS)
    write(POLICIES / "signers-windows", WINDOWS)
    write(POLICIES / "signers-weak", WEAK)
    for name, text in written_policies():
        write(POLICIES / f"{name}.toml", text)
    inside = TWO.replace("keys/", ".tollgate/keys/") + release('max_policy_age = "365d"')
    files = {".tollgate.toml": inside}
    for name in ("alice", "bob"):
        files[f".tollgate/keys/{name}.asc"] = CERTIFICATES[name].armored()
    usurper = inside + f'[people.mallory]\nroles = ["release"]\n[[people.mallory.pgp]]\nfingerprint = "{mallory.hex()}"\n'
    IDS.update(write_history(files, usurper))
    for make in (controls, names_and_targets, certificates, blocks, ssh_tags, countersignatures, commits):
        make()
    real = "".join(
        f'[people.{name}]\nroles = ["release"]\n'
        + (f'[[people.{name}.pgp]]\nfingerprint = "{key}"\ncert = "keys/{name}.asc"\n' if name.startswith("gpg") else f"[[people.{name}.ssh]]\nkey = '{key}'\n")
        for name, key in by_programs()
    )
    write(POLICIES / "programs.toml", real)
    keys = [line.split("'")[1] for line in real.splitlines() if line.startswith("key = ")]
    write(HERE / "signers-for-git", FOR_GIT + "".join(f"* {key}\n" for key in keys))
    seeds()


if __name__ == "__main__":
    main()

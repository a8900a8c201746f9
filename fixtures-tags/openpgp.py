"""Writes OpenPGP packets by hand (RFC 4880, RFC 9580): what gpg makes, and what it refuses to make. For tests only."""

import base64
import hashlib
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, utils

HASHES = {
    "md5": (1, hashes.MD5), "sha1": (2, hashes.SHA1), "ripemd160": (3, None), "sha256": (8, hashes.SHA256),
    "sha384": (9, hashes.SHA384), "sha512": (10, hashes.SHA512),
}
CERTIFY, SIGN, ENCRYPT = 1, 2, 12
BINARY, TEXT, POSITIVE, SUBKEY_BINDING, BACK, DIRECT = 0x00, 0x01, 0x13, 0x18, 0x19, 0x1F
KEY_REVOCATION, SUBKEY_REVOCATION = 0x20, 0x28
SUPERSEDED, COMPROMISED, RETIRED = 1, 2, 3


def mpi(number):
    return struct.pack(">H", number.bit_length()) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def packet(tag, body):
    """A packet with a header of the new format."""
    if len(body) < 192:
        length = bytes([len(body)])
    elif len(body) < 8384:
        length = bytes([((len(body) - 192) >> 8) + 192, (len(body) - 192) & 255])
    else:
        length = b"\xff" + struct.pack(">I", len(body))
    return bytes([0xC0 | tag]) + length + body


def sub(kind, body, critical=False):
    """A subpacket; none here is longer than 16,000 bytes."""
    length = len(body) + 1
    head = bytes([length]) if length < 192 else bytes([((length - 192) >> 8) + 192, (length - 192) & 255])
    return head + bytes([kind | (0x80 if critical else 0)]) + body


def created(time):
    return sub(2, struct.pack(">I", time))


def crc24(data):
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return (crc & 0xFFFFFF).to_bytes(3, "big")


def armor(data, label="PGP SIGNATURE", headers="", width=64, checksum=True):
    text = base64.b64encode(data).decode()
    lines = [text[at:at + width] for at in range(0, len(text), width)]
    if checksum:
        lines.append("=" + base64.b64encode(crc24(data)).decode())
    return f"-----BEGIN {label}-----\n{headers}\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


class Key:
    """A key pair that lives as long as this run."""

    def __init__(self, kind, time, version=4, secret=None):
        """With `secret` of another kind of Ed25519 key it is that key under another number."""
        self.kind, self.time, self.version = kind, time, version
        if kind in ("eddsa", "ed25519"):
            self.secret = secret or ed25519.Ed25519PrivateKey.generate()
            point = self.secret.public_key().public_bytes_raw()
            if kind == "ed25519":
                self.algorithm, self.material = 27, point
            else:
                oid = bytes.fromhex("092b06010401da470f01")
                self.algorithm, self.material = 22, oid + mpi(int.from_bytes(b"\x40" + point, "big"))
        elif kind.startswith("rsa"):
            self.secret = rsa.generate_private_key(65537, int(kind[3:]))
            numbers = self.secret.public_key().public_numbers()
            self.algorithm, self.material = 1, mpi(numbers.n) + mpi(numbers.e)
        elif kind in ("p256", "brainpool"):
            curve, oid = {
                "p256": (ec.SECP256R1(), "082a8648ce3d030107"),
                "brainpool": (ec.BrainpoolP256R1(), "092b2403030208010107"),
            }[kind]
            self.secret = ec.generate_private_key(curve)
            numbers = self.secret.public_key().public_numbers()
            point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
            self.algorithm, self.material = 19, bytes.fromhex(oid) + mpi(int.from_bytes(point, "big"))
        elif kind == "dsa":
            self.secret = dsa.generate_private_key(1024)
            numbers = self.secret.public_key().public_numbers()
            parameters = numbers.parameter_numbers
            self.algorithm = 17
            self.material = b"".join(mpi(n) for n in (parameters.p, parameters.q, parameters.g, numbers.y))

    def body(self):
        head = bytes([self.version]) + struct.pack(">I", self.time) + bytes([self.algorithm])
        return head + (struct.pack(">I", len(self.material)) if self.version == 6 else b"") + self.material

    def hashed(self):
        body = self.body()
        return (b"\x9b" + struct.pack(">I", len(body)) if self.version == 6 else b"\x99" + struct.pack(">H", len(body))) + body

    def fingerprint(self):
        return (hashlib.sha256 if self.version == 6 else hashlib.sha1)(self.hashed()).digest()

    def hex(self):
        return self.fingerprint().hex().upper()

    def key_id(self):
        return self.fingerprint()[:8] if self.version == 6 else self.fingerprint()[-8:]

    def issuer(self):
        """The subpacket that names it in full."""
        return sub(33, bytes([self.version]) + self.fingerprint())

    def short_issuer(self):
        return sub(16, self.key_id())

    def unhashed(self):
        """What gpg puts where the signature does not cover it; a signature of version 6 has no room for it."""
        return self.short_issuer() if self.version == 4 else b""

    def public(self, tag=6):
        return packet(tag, self.body())

    def secret_packet(self):
        """An unprotected secret key packet."""
        number = mpi(int.from_bytes(self.secret.private_bytes_raw(), "big"))
        return packet(5, self.body() + b"\x00" + number + struct.pack(">H", sum(number) & 0xFFFF))

    def raw(self, digest, name):
        if self.algorithm == 27:
            return self.secret.sign(digest)
        if self.algorithm == 22:
            signature = self.secret.sign(digest)
            return mpi(int.from_bytes(signature[:32], "big")) + mpi(int.from_bytes(signature[32:], "big"))
        algorithm = HASHES[name][1]()
        prehashed = utils.Prehashed(algorithm)
        if self.algorithm == 1:
            return mpi(int.from_bytes(self.secret.sign(digest, padding.PKCS1v15(), prehashed), "big"))
        sign = self.secret.sign(digest, prehashed) if self.algorithm == 17 else self.secret.sign(digest, ec.ECDSA(prehashed))
        return b"".join(mpi(n) for n in utils.decode_dss_signature(sign))


def signature(key, kind, data, hashed, unhashed=b"", digest="sha512"):
    """A version 4 or 6 signature packet's body over `data`, the bytes that its type hashes."""
    number = HASHES[digest][0]
    if key.version == 6:
        salt = os.urandom({"sha256": 16, "sha384": 24, "sha512": 32}[digest])
        head = bytes([6, kind, key.algorithm, number]) + struct.pack(">I", len(hashed)) + hashed
        hashing = salt + data + head + b"\x06\xff" + struct.pack(">I", len(head))
        after = struct.pack(">I", len(unhashed)) + unhashed
        tail = bytes([len(salt)]) + salt
    else:
        head = bytes([4, kind, key.algorithm, number]) + struct.pack(">H", len(hashed)) + hashed
        hashing = data + head + b"\x04\xff" + struct.pack(">I", len(head))
        after, tail = struct.pack(">H", len(unhashed)) + unhashed, b""
    value = hashlib.new(digest, hashing).digest()
    return head + after + value[:2] + tail + key.raw(value, digest)


def signature_v3(key, kind, data, time, digest="sha512"):
    number = HASHES[digest][0]
    covered = bytes([kind]) + struct.pack(">I", time)
    value = hashlib.new(digest, data + covered).digest()
    head = bytes([3, 5]) + covered + key.key_id() + bytes([key.algorithm, number])
    return head + value[:2] + key.raw(value, digest)


def document(key, data, time, kind=BINARY, hashed=b"", unhashed=None, digest="sha512", claim=None, tail=b""):
    """A detached signature packet as gpg makes it, with `hashed` after the usual subpackets and `tail` after its numbers."""
    own = (key if claim is None else claim).issuer() + created(time) + hashed
    if unhashed is None:
        unhashed = key.unhashed()
    return packet(2, signature(key, kind, data, own, unhashed, digest) + tail)


def user_id(text):
    return b"\xb4" + struct.pack(">I", len(text)) + text.encode()


class Certificate:
    """Packets of a certificate, in order."""

    def __init__(self, primary, user=None, time=None, flags=CERTIFY | SIGN, digest="sha512", expires=None, hashed=b"", version_direct=False):
        self.primary, self.digest = primary, digest
        self.time = primary.time if time is None else time
        self.packets = [primary.public()]
        if user is None or primary.version == 6 or version_direct:
            self.direct(self.time, flags, expires, hashed)
        if user is not None:
            self.user(user, self.time, flags, expires, hashed)

    def claims(self, time, flags, expires, hashed):
        own = self.primary.issuer() + created(time) + sub(27, bytes([flags])) + hashed
        if expires is not None:
            own += sub(9, struct.pack(">I", expires - self.primary.time))
        return own

    def direct(self, time, flags, expires=None, hashed=b"", signer=None, digest=None):
        own = self.claims(time, flags, expires, hashed)
        body = signature(signer or self.primary, DIRECT, self.primary.hashed(), own, (signer or self.primary).unhashed(), digest or self.digest)
        self.packets.append(packet(2, body))
        return self

    def user(self, text, time, flags=CERTIFY | SIGN, expires=None, hashed=b"", signer=None, digest=None, again=False):
        if not again:
            self.packets.append(packet(13, text.encode()))
        own = self.claims(time, flags, expires, hashed)
        data = self.primary.hashed() + user_id(text)
        body = signature(signer or self.primary, POSITIVE, data, own, (signer or self.primary).unhashed(), digest or self.digest)
        self.packets.append(packet(2, body))
        return self

    def subkey(self, key, flags=SIGN, time=None, back=True, signer=None, expires=None, digest=None):
        time = key.time if time is None else time
        digest = digest or self.digest
        data = self.primary.hashed() + key.hashed()
        own = self.primary.issuer() + created(time) + sub(27, bytes([flags]))
        if expires is not None:
            own += sub(9, struct.pack(">I", expires - key.time))
        unhashed = (signer or self.primary).unhashed()
        if back and flags & SIGN:
            inner = signature(key, BACK, data, key.issuer() + created(time), key.unhashed(), digest)
            unhashed += sub(32, inner)
        self.packets.append(key.public(14))
        self.packets.append(packet(2, signature(signer or self.primary, SUBKEY_BINDING, data, own, unhashed, digest)))
        return self

    def revoke(self, time, reason, signer=None, of=None, digest="sha512", says=None):
        """A revocation of the primary key, or of the subkey `of`; `reason` None leaves the reason out; `says`: the number of the digest that
        the packet names instead."""
        by = signer or self.primary
        own = by.issuer() + created(time) + (b"" if reason is None else sub(29, bytes([reason]) + b"test"))
        data = self.primary.hashed() + (of.hashed() if of else b"")
        body = signature(by, SUBKEY_REVOCATION if of else KEY_REVOCATION, data, own, by.unhashed(), digest)
        made = packet(2, body if says is None else body[:3] + bytes([says]) + body[4:])
        if of:
            self.packets.append(made)
        else:
            self.packets.insert(1, made)
        return self

    def revoke_raw(self, hashed, unhashed=None, of=None, edit=bytes):
        """A revocation with exactly these subpackets, its packet's body changed by `edit` after it was signed."""
        by = self.primary
        data = by.hashed() + (of.hashed() if of else b"")
        unhashed = by.unhashed() if unhashed is None else unhashed
        body = signature(by, SUBKEY_REVOCATION if of else KEY_REVOCATION, data, hashed, unhashed)
        self.packets.insert(len(self.packets) if of else 1, packet(2, edit(body)))
        return self

    def bytes(self):
        return b"".join(self.packets)

    def armored(self):
        return armor(self.bytes(), "PGP PUBLIC KEY BLOCK")

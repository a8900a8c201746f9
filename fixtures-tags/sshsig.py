"""Writes SSH keys, certificates and signatures by hand (PROTOCOL.sshsig, PROTOCOL.u2f, PROTOCOL.certkeys). For tests only."""

import base64
import hashlib
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

TOUCHED, CHECKED = 1, 4


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(value)) + value


def number(value):
    return text(value.to_bytes(value.bit_length() // 8 + 1, "big"))


class SshKey:
    def __init__(self, kind, bits=3072, secret=None):
        self.kind = kind
        if kind in ("ssh-ed25519", "sk-ssh-ed25519@openssh.com"):
            self.secret = secret or ed25519.Ed25519PrivateKey.generate()
            self.fields = text(self.secret.public_key().public_bytes_raw())
            if kind.startswith("sk-"):
                self.fields += text("ssh:")
        elif kind == "ssh-rsa":
            self.secret = rsa.generate_private_key(65537, bits)
            numbers = self.secret.public_key().public_numbers()
            self.fields = number(numbers.e) + number(numbers.n)
        else:
            self.secret = ec.generate_private_key(ec.SECP256R1())
            numbers = self.secret.public_key().public_numbers()
            point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
            self.fields = text("nistp256") + text(point)

    def blob(self):
        return text(self.kind) + self.fields

    def line(self, comment="test"):
        return f"{self.kind} {base64.b64encode(self.blob()).decode()} {comment}"

    def sign(self, data, flags=TOUCHED, rsa_hash="sha512"):
        if self.kind == "ssh-rsa":
            name, algorithm = {
                "sha1": ("ssh-rsa", hashes.SHA1()), "sha256": ("rsa-sha2-256", hashes.SHA256()),
                "sha512": ("rsa-sha2-512", hashes.SHA512()),
            }[rsa_hash]
            return text(name) + text(self.secret.sign(data, padding.PKCS1v15(), algorithm))
        if self.kind.startswith("ecdsa"):
            parts = utils.decode_dss_signature(self.secret.sign(data, ec.ECDSA(hashes.SHA256())))
            return text(self.kind) + text(b"".join(number(part) for part in parts))
        if self.kind.startswith("sk-"):
            tail = bytes([flags]) + struct.pack(">I", 7)
            signed = hashlib.sha256(b"ssh:").digest() + tail + hashlib.sha256(data).digest()
            return text(self.kind) + text(self.secret.sign(signed)) + tail
        return text(self.kind) + text(self.secret.sign(data))


def certificate(key, authority, principals, after, before, critical=b"", kind=1):
    """A certificate for an Ed25519 key."""
    name = "ssh-ed25519-cert-v01@openssh.com"
    body = text(name) + text(os.urandom(32)) + key.fields + struct.pack(">Q", 1) + struct.pack(">I", kind) + text("test")
    body += text(b"".join(text(one) for one in principals)) + struct.pack(">QQ", after, before) + text(critical) + text(b"")
    body += text(b"") + text(authority.blob())
    return body + text(authority.sign(body))


def armored(key, data, namespace="git", digest="sha512", reserved=b"", covered_reserved=b"", tail=b"", inner=b"", public=None, **how):
    """`reserved`, `tail` and `inner` are put in after the signature was made: no signature covers them."""
    value = hashlib.new(digest, data).digest()
    covered = b"SSHSIG" + text(namespace) + text(covered_reserved) + text(digest) + text(value)
    body = b"SSHSIG" + struct.pack(">I", 1) + text(public or key.blob()) + text(namespace) + text(covered_reserved or reserved)
    body += text(digest) + text(key.sign(covered, **how) + inner) + tail
    lines = base64.b64encode(body).decode()
    lines = "\n".join(lines[at:at + 70] for at in range(0, len(lines), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"

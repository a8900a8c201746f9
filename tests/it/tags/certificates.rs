//! Owns `keys add` of a certificate that is there already: what the older file says stays.

use std::fs;

use super::commands::{key, tollgate};

/// A certificate without its revocations and what may be some, as a program writes it that does not read them; with a name more.
fn without_revocations(text: &str, more: Option<&str>) -> String {
    use sequoia_openpgp::parse::Parse as _;
    use sequoia_openpgp::serialize::MarshalInto as _;
    use sequoia_openpgp::types::SignatureType::{KeyRevocation, SubkeyRevocation};
    use sequoia_openpgp::{Packet, PacketPile, armor, packet::UserID};
    let pile = PacketPile::from_bytes(text.as_bytes()).expect("packets");
    let is_kept = |packet: &Packet| match packet {
        Packet::Signature(signature) => !matches!(signature.typ(), KeyRevocation | SubkeyRevocation),
        Packet::Unknown(_) => false,
        _ => true,
    };
    let more = more.map(|name| Packet::from(UserID::from(name)));
    let packets: Vec<Packet> = pile.into_children().filter(is_kept).chain(more).collect();
    let mut writer = armor::Writer::new(Vec::new(), armor::Kind::PublicKey).expect("a writer");
    let bytes = PacketPile::from(packets).to_vec().expect("bytes");
    std::io::Write::write_all(&mut writer, &bytes).expect("written");
    String::from_utf8(writer.finalize().expect("an end")).expect("text")
}

/// What gpg does not read it does not export either.
#[test]
fn a_newer_certificate_takes_no_revocation_away() {
    for name in ["revoked-time-unhashed", "unread-boolean", "unread-cut", "unread-five", "unread-other", "unread-sub"] {
        let older = fs::read_to_string(key(name)).expect("a certificate");
        for more in [None, Some("another name")] {
            let here = tempfile::tempdir().expect("a folder");
            let add = |text: &str| tollgate(here.path(), &["keys", "add", "x", "--pgp", "-"], text);
            let first = add(&older);
            assert_eq!(first.status, 0, "{name}: {}", first.stderr);
            let keys = here.path().join(".tollgate/keys");
            let file = fs::read_dir(keys).expect("keys").flatten().map(|entry| entry.path()).next().expect("a file");
            let ran = add(&without_revocations(&older, more));
            let now = fs::read_to_string(&file).expect("a certificate");
            let kept = now == older && ran.status == 0 && ran.stdout.contains("what the older file said of the key is kept");
            let refused = now == older && ran.status == 2 && ran.stderr.contains("without losing");
            let merged = now != older && ran.status == 0 && add(&older).stdout.contains("nothing changed");
            let fits = if more.is_none() { kept } else { refused || merged };
            assert!(fits, "{name}, {more:?}: {}{}", ran.stdout, ran.stderr);
            assert!(more.is_none() || name != "unread-five" || refused, "{name}: {}{}", ran.stdout, ran.stderr);
        }
    }
}

//! Owns what a hostile or unusual `.git` holds beyond objects and references: each word of `plant` in the table of cases.
#![expect(clippy::disallowed_methods, reason = "it shows that git2's own answers lie on planted state")]

use std::fs;

use git2::Oid;

use super::repository::{Built, is_there, oid, tag_bytes};

pub(super) fn plant(built: &mut Built, word: &str) {
    match word {
        "bare" => {}
        "linked" => linked(built),
        "bare-inside" => bare_inside(built),
        "packed" => packed(built, None),
        "packed-peel" => packed(built, Some("evil")),
        "loose-over-packed" => {
            let packed = format!("{} refs/tags/v1.1\n", oid(&tag_bytes("a06")));
            built.plant_file("packed-refs", packed.as_bytes());
        }
        "replace-tag" => built.point(&format!("refs/replace/{}", oid(&tag_bytes("v1.1"))), "v1.0"),
        "replace-commit" => built.point(&format!("refs/replace/{}", built.history.id("c2")), "commit:evil"),
        "grafts" => {
            let text = format!("{} {}\n", built.history.id("tip"), built.history.id("evil"));
            built.plant_file("info/grafts", text.as_bytes());
            let (tip, evil) = (built.history.id("tip"), built.history.id("evil"));
            let lies = git2::Repository::open(&built.git).expect("opens").graph_descendant_of(tip, evil).expect("answers");
            assert!(lies, "the graft is planted so that git believes it");
        }
        "commit-graph" => commit_graph(built),
        "shallow-file" => {
            let text = format!("{}\n", built.history.id("tip"));
            built.plant_file("shallow", text.as_bytes());
        }
        "shallow" => {
            let text = format!("{}\n", built.history.id("tip"));
            built.plant_file("shallow", text.as_bytes());
            built.history.write_without(&built.git, built.history.id("joined-two"));
        }
        "cut-history" => built.history.write_without(&built.git, built.history.id("c0")),
        "no-attributes" => {
            let tree = built.repository.find_commit(built.history.id("c4")).expect("a commit").tree().expect("a tree");
            let file = tree.get_name(".gitattributes").expect("an entry").id();
            built.history.write_without(&built.git, file);
        }
        "no-tree" => {
            let tree = built.repository.find_commit(built.history.id("c2")).expect("a commit").tree_id();
            built.history.write_without(&built.git, tree);
        }
        "blob-for-a-tree" | "nothing-for-a-tree" => {
            let odb = built.repository.odb().expect("objects");
            let blob = odb.write(git2::ObjectType::Blob, b"no tree").expect("written");
            let tree = if word == "blob-for-a-tree" { blob } else { Oid::ZERO_SHA1 };
            let text = format!("tree {tree}\nauthor a <a> 1714521600 +0000\ncommitter a <a> 1714521600 +0000\n\nx\n");
            let commit = odb.write(git2::ObjectType::Commit, text.as_bytes()).expect("written");
            built.plant_file("refs/tags/v1.1", format!("{commit}\n").as_bytes());
        }
        "no-commit" => built.history.write_without(&built.git, built.history.id("c2")),
        "no-object" => {
            let id = oid(&tag_bytes("v1.1"));
            remove(built, id);
            let ran = built.ran();
            let config = format!(
                "[remote \"evil\"]\n\tpromisor = true\n\turl = ext::touch {}\n[extensions]\n\tpartialClone = evil\n",
                ran.display()
            );
            built.plant_file("config", config.as_bytes());
        }
        "wrong-id" => {
            let id = oid(&tag_bytes("v1.1"));
            let other = fs::read(built.loose(oid(&tag_bytes("v1.0")))).expect("an object");
            remove(built, id);
            fs::create_dir_all(built.loose(id).parent().expect("a folder")).expect("a folder");
            fs::write(built.loose(id), other).expect("written");
        }
        "wrong-id-in-pack" => wrong_id_in_pack(built),
        "gpg-program" => {
            let fake = built.path.join("fake");
            fs::write(&fake, format!("#!/bin/sh\ntouch {}\necho '[GNUPG:] GOODSIG x y'\n", built.ran().display()))
                .expect("written");
            #[cfg(unix)]
            fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
            let (fake, signers) = (fake.display(), built.path.join("signers"));
            let config = format!(
                "[gpg]\n\tprogram = {fake}\n[gpg \"ssh\"]\n\tprogram = {fake}\n\tallowedSignersFile = {}\n[core]\n\tfsmonitor = {fake}\n",
                signers.display()
            );
            built.plant_file("config", config.as_bytes());
            fs::write(signers, fs::read(super::case::folder().join("policies/signers")).expect("signers")).expect("written");
        }
        "sha256" => built.plant_file("config", b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"),
        "reftable" => {
            built.plant_file("config", b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n")
        }
        "no-origin-head" => fs::remove_file(built.git.join("refs/remotes/origin/HEAD")).expect("removed"),
        "no-default-branch" => fs::remove_file(built.git.join("refs/remotes/origin/main")).expect("removed"),
        "no-head" => built.plant_file("HEAD", b"ref: refs/heads/none\n"),
        "no-heads" => fs::remove_dir_all(built.git.join("refs/heads")).expect("removed"),
        "git-directory" => built.path = built.git.clone(),
        "no-remotes" => fs::remove_dir_all(built.git.join("refs/remotes")).expect("removed"),
        "old-default-branch" => built.point("refs/remotes/origin/main", "commit:policy-one"),
        "other-default-branch" => built.point("refs/remotes/origin/main", "commit:usurper"),
        "no-policy" => built.point("refs/remotes/origin/main", "commit:c2"),
        "policy-inside" => {
            fs::create_dir_all(built.path.join("keys")).expect("a folder");
            fs::write(built.path.join("policy.toml"), "").expect("written");
        }
        "log-inside" => built.log = Some(built.path.join("log")),
        "log-in-git" => built.log = Some(built.git.join("log")),
        "damaged-log" => {
            let path = built.directory.path().join("log");
            fs::write(&path, "{\"schema\":1}\n").expect("written");
            built.log = Some(path);
        }
        other => panic!("planting.rs does not know `{other}`"),
    }
}

fn remove(built: &Built, id: Oid) {
    fs::remove_file(built.loose(id)).expect("it was there");
}

/// All references in `packed-refs`; with `peel` the peeled line of every tag is that commit.
fn packed(built: &Built, peel: Option<&str>) {
    let mut lines = vec!["# pack-refs with: peeled fully-peeled sorted ".to_owned()];
    for name in ["v1.0", "v1.1", "v2.0"] {
        let path = built.git.join("refs/tags").join(name);
        lines.push(format!("{} refs/tags/{name}", fs::read_to_string(&path).expect("a tag").trim()));
        let commit = match (peel, name) {
            (Some(peel), _) => peel,
            (None, "v1.0") => "c1",
            (None, "v1.1") => "c2",
            (None, _) => "c3",
        };
        lines.push(format!("^{}", built.history.id(commit)));
        fs::remove_file(path).expect("removed");
    }
    built.plant_file("packed-refs", (lines.join("\n") + "\n").as_bytes());
    if peel.is_some() {
        let repository = git2::Repository::open(&built.git).expect("opens");
        let reference = repository.find_reference("refs/tags/v1.1").expect("a tag");
        assert_eq!(reference.peel_to_commit().expect("peels").id(), built.history.id("evil"), "git2 believes it");
    }
}

/// A folder of the work tree that looks like a bare repository, with a tag of its own, is what is named.
fn bare_inside(built: &mut Built) {
    let path = built.path.join("inner");
    let inner = git2::Repository::init_bare(&path).expect("a repository");
    built.history.write(inner.path());
    inner.odb().expect("objects").write(git2::ObjectType::Tag, &tag_bytes("v1.1")).expect("written");
    for (name, id) in [("refs/tags/v7.7", oid(&tag_bytes("v1.1"))), ("refs/heads/main", built.history.id("tip"))] {
        let file = inner.path().join(name);
        fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
        fs::write(file, format!("{id}\n")).expect("written");
    }
    built.path = path;
}

/// The repository is seen through a linked work tree.
fn linked(built: &mut Built) {
    let path = built.directory.path().join("linked");
    built.repository.worktree("linked", &path, None).expect("a work tree");
    built.path = path;
}

/// A pack whose index gives another tag's object the id of `v1.1`.
fn wrong_id_in_pack(built: &Built) {
    let (wanted, real) = (oid(&tag_bytes("v1.1")), oid(&tag_bytes("v1.0")));
    let folder = built.git.join("objects/pack");
    let mut builder = built.repository.packbuilder().expect("a builder");
    builder.insert_object(real, None).expect("inserted");
    builder.write(&folder, 0).expect("written");
    let index = folder.join(format!("pack-{}.idx", builder.name().ok().flatten().expect("a name")));
    let mut bytes = fs::read(&index).expect("an index");
    let first = usize::from(wanted.as_bytes()[0]);
    for slot in 0..256 {
        let count = u32::from(slot >= first);
        bytes[8 + slot * 4..12 + slot * 4].copy_from_slice(&count.to_be_bytes());
    }
    bytes[8 + 1024..8 + 1024 + 20].copy_from_slice(wanted.as_bytes());
    fs::remove_file(&index).expect("it is read-only");
    fs::write(&index, bytes).expect("written");
    remove(built, wanted);
}

/// A commit-graph file in which the tip's only parent is the commit `evil`.
fn commit_graph(built: &Built) {
    let (tip, evil) = (built.history.id("tip"), built.history.id("evil"));
    let mut rows = [(tip, Some(evil), 3_u32), (evil, Some(built.history.id("c1")), 2), (built.history.id("c1"), None, 1)];
    rows.sort_by_key(|row| row.0);
    let position = |id: Oid| u32::try_from(rows.iter().position(|row| row.0 == id).expect("listed")).expect("small");
    let fanout: Vec<u8> = (0..=255_u8)
        .flat_map(|first| {
            u32::try_from(rows.iter().filter(|row| row.0.as_bytes()[0] <= first).count()).expect("small").to_be_bytes()
        })
        .collect();
    let ids: Vec<u8> = rows.iter().flat_map(|row| row.0.as_bytes().to_vec()).collect();
    let mut data = Vec::new();
    for (id, parent, generation) in rows {
        let commit = built.repository.find_commit(id).expect("a commit");
        data.extend(commit.tree_id().as_bytes());
        data.extend(parent.map_or(0x7000_0000, position).to_be_bytes());
        data.extend(0x7000_0000_u32.to_be_bytes());
        data.extend((generation << 2).to_be_bytes());
        data.extend(u32::try_from(commit.time().seconds()).expect("a time").to_be_bytes());
    }
    let chunks = [(*b"OIDF", fanout), (*b"OIDL", ids), (*b"CDAT", data)];
    let mut file = b"CGPH\x01\x01\x03\x00".to_vec();
    let mut at = 8 + 4 * 12;
    for (name, chunk) in &chunks {
        file.extend(name);
        file.extend((at as u64).to_be_bytes());
        at += chunk.len();
    }
    file.extend([0; 4]);
    file.extend((at as u64).to_be_bytes());
    file.extend(chunks.iter().flat_map(|(_, chunk)| chunk.clone()));
    // Nobody compares the checksum.
    file.extend([0; 20]);
    built.plant_file("objects/info/commit-graph", &file);
    let lies = git2::Repository::open(&built.git).expect("opens").graph_descendant_of(tip, evil).expect("answers");
    assert!(lies && is_there(&built.git.join("objects/info/commit-graph")), "git2 believes the forged file");
}

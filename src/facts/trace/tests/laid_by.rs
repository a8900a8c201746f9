//! Tests of the ways in which files come to lie where something looks for them: directories, downloads, editors, other homes; and of what is
//! known of their text.

use super::check;
use super::laid_over::{CLIPPY, FILES, rows};

const LINT: &str = "npm run lint";
const BANDIT: &str = "python -m bandit -r src";

#[test]
fn directories_that_hold_such_a_file() {
    rows(
        &[
            ("cp -r ci/cargo/.cargo .", CLIPPY),
            ("cp -a ci/cargo/. .", CLIPPY),
            ("mv ci/cargo/.cargo .cargo", CLIPPY),
            ("git mv ci/cargo/.cargo .cargo", CLIPPY),
            ("ln -s ci/cargo/.cargo .cargo", CLIPPY),
            ("cp -rT ci/cargo/.cargo .cargo", CLIPPY),
            ("rsync -a ci/cargo/ .", CLIPPY),
            ("rsync -a ci/cargo/.cargo .", CLIPPY),
            ("cp -r ci/cargo/.cargo ~", CLIPPY),
            ("cp -r /opt/ci/.cargo .", CLIPPY),
            ("cp ci/npm/.n* .", LINT),
            ("cp -r ci/npm/. .", LINT),
            ("cp -r ci/mod/bandit .", BANDIT),
            ("cp -r ci/mod/* .", BANDIT),
            ("ln -s ci/mod/bandit bandit", BANDIT),
            ("mv \"$RUNNER_TEMP/bandit\" .", BANDIT),
        ],
        "configured (gates)",
    );
    rows(
        &[
            ("cp -r ci/quiet/.cargo .", CLIPPY),
            ("cp -r ci/cargo sub", CLIPPY),
            ("cp -r ci/cargo .", CLIPPY),
            ("cp ci/npm/* .", LINT),
            ("rsync -a ci/npm .", LINT),
            ("cp -r ci/mod .", BANDIT),
            ("cp -r dist .", BANDIT),
            ("mv \"$RUNNER_TEMP/x\" .", BANDIT),
        ],
        "gates",
    );
}

/// A directory that a command has made is one, where the tree has none of that name.
#[test]
fn a_directory_that_was_made_before() {
    let manifest = ("sub/package.json", "{\"scripts\": {\"lint\": \"bandit -r ../src\"}}");
    let files: Vec<(&str, &str)> = FILES.iter().copied().chain([manifest]).collect();
    let row = |step| [("bandit", step, "configured (gates)")];
    check(&row("mkdir -p sub\ncp ci/npm/.npmrc sub\ncd sub\nnpm run lint"), &files);
    check(&row("mkdir -p src/x\ncp -r ci/mod/bandit src/x\ncd src/x\npython -m bandit -r .."), &files);
}

#[test]
fn programs_whose_words_name_what_they_write() {
    rows(
        &[
            ("curl -fsSLo .npmrc https://x.test/y", LINT),
            ("curl --output .npmrc https://x.test/y", LINT),
            ("curl -LO https://x.test/.npmrc", LINT),
            ("wget -qO .npmrc https://x.test/y", LINT),
            ("wget https://x.test/.npmrc", LINT),
            ("curl -o ~/.npmrc https://x.test/y", LINT),
            ("dd if=ci/npmrc of=.npmrc", LINT),
            ("gpg -d --output .npmrc ci/npmrc.gpg", LINT),
            ("openssl enc -d -in ci/x -out .npmrc", LINT),
            ("python -c \"open('.npmrc', 'w').write('x')\"", LINT),
            ("git checkout other -- .npmrc", LINT),
            ("npm config set node-options '--require ./ci/load.js'", LINT),
            ("npm set --location project node-options=--require=./ci/load.js", LINT),
            ("git apply <<'EOF'\n--- /dev/null\n+++ b/.npmrc\n@@ -0,0 +1 @@\n+script-shell=/bin/true\nEOF", LINT),
        ],
        "configured (gates)",
    );
    rows(
        &[
            ("npm config set //x.test/:_authToken $TOKEN", LINT),
            ("npm config set registry=https://x.test fund=false", LINT),
            ("npm config get node-options", LINT),
            ("curl -o x.json https://x.test/.npmrc", LINT),
            ("curl -s https://x.test/.npmrc", LINT),
            ("wget -O- https://x.test/.npmrc", LINT),
            ("wget -O /tmp/.npmrc https://x.test/.npmrc", LINT),
            ("curl -o .npmrc https://x.test/y", "make lint"),
            ("dd if=.npmrc of=x.bin", LINT),
            ("sed -n 1p .npmrc", LINT),
            ("cp ci/plain.npmrc .npmrc\nsed -i s/registry/x/ .npmrc", LINT),
        ],
        "gates",
    );
}

#[test]
fn homes_and_directories_above() {
    let wrapper = "ci/wrapper.toml";
    let steps: Vec<(String, &str)> =
        ["$CARGO_HOME", "${CARGO_HOME}", "${CARGO_HOME:-$HOME/.cargo}", "/home/runner/.cargo", "../.cargo"]
            .iter()
            .flat_map(|home| {
                [
                    (format!("cp {wrapper} {home}/config.toml"), CLIPPY),
                    (format!("cat {wrapper} >> \"{home}/config.toml\""), CLIPPY),
                    (format!("cp {wrapper} {home}/config.txt"), "quiet"),
                ]
            })
            .collect();
    let of = |wanted: bool| -> Vec<(&str, &str)> {
        steps.iter().filter(|(_, for_what)| (*for_what == CLIPPY) == wanted).map(|(step, _)| (step.as_str(), CLIPPY)).collect()
    };
    rows(&of(true), "configured (gates)");
    rows(&of(false), "gates");
    rows(&[("cp ci/npmrc /home/runner/.npmrc", LINT)], "configured (gates)");
    rows(
        &[
            ("cp ci/net.toml $CARGO_HOME/config.toml", CLIPPY),
            ("cp ci/npmrc ../.npmrc", LINT),
            ("cp ci/npmrc /etc/.npmrc", LINT),
            ("cp ci/wrapper.toml $X/config.toml", CLIPPY),
        ],
        "gates",
    );
}

/// A value that is not known does no harm behind keys of npm's that decide nothing; anywhere else it may be any text.
#[test]
fn texts_that_are_known_in_part() {
    rows(
        &[
            ("cat > .npmrc <<EOF\n@x:registry=https://x.test\n//x.test/:_authToken=$TOKEN\nEOF", LINT),
            ("cat <<-EOF >> ~/.npmrc\n\t//x.test/:_authToken = ${TOKEN}\n\tEOF", LINT),
            ("tee .npmrc <<< \"//x.test/:_authToken=$TOKEN\"", LINT),
            ("envsubst < ci/token.npmrc > .npmrc", LINT),
            ("cat ci/token.npmrc | envsubst | tee ~/.npmrc", LINT),
            ("sed \"s/TOKEN/$T/\" ci/token.npmrc > .npmrc", LINT),
            ("cp ci/token.npmrc .npmrc\nsed -i -e \"s|TOKEN|$T|g\" .npmrc", LINT),
            ("printf '_auth=%s\\nemail=%s\\nalways-auth=true\\n' \"$A\" \"$E\" >> ~/.npmrc", LINT),
        ],
        "gates",
    );
    rows(
        &[
            ("cat > .npmrc <<EOF\n$LINES\nEOF", LINT),
            ("cat > .npmrc <<EOF\nscript-shell=$SHELL_OF_MINE\nEOF", LINT),
            ("tee .npmrc <<< \"$NPMRC\"", LINT),
            ("envsubst < ci/line.npmrc > .npmrc", LINT),
            ("envsubst < ci/npmrc > .npmrc", LINT),
            ("envsubst < /tmp/npmrc > .npmrc", LINT),
            ("sed \"s/.*/$T/\" ci/token.npmrc > .npmrc", LINT),
            ("sed s/registry/script-shell/ ci/plain.npmrc > .npmrc", LINT),
            ("echo \"node-options=$X\" > .npmrc", LINT),
            ("printf 'script-%s=/bin/true\\n' \"$K\" > .npmrc", LINT),
            ("npm config set \"$K\" \"$V\"", LINT),
            ("cat > .cargo/config.toml <<EOF\n[build]\nrustc-wrapper = \"$W\"\nEOF", CLIPPY),
            ("cat > .cargo/config.toml <<EOF\n[registries.x]\nindex = \"$INDEX\"\nEOF", CLIPPY),
            ("printf '[build]\\njobs = %s\\nrustc-wrapper = \"./x\"\\n' \"$J\" > .cargo/config.toml", CLIPPY),
            ("sed \"s/retry/$R/\" ci/net.toml > .cargo/config.toml", CLIPPY),
            ("printf '[toolchain]\\npath = \"%s\"\\n' \"$P\" > rust-toolchain.toml", CLIPPY),
            ("printf '[build\\nrustc-wrapper = \"./x\"\\n' > .cargo/config.toml", CLIPPY),
            ("echo '[net]' > .cargo/config.toml\necho '[net]' >> .cargo/config.toml", CLIPPY),
            ("echo \"yarnPath: $X\" > .yarnrc.yml", "yarn lint"),
        ],
        "configured (gates)",
    );
}

/// What is copied is what lies there by then, and that is the commit's only where nothing was written to it before.
#[test]
fn sources_that_were_written_before() {
    const MORE: &str = "echo script-shell=/bin/true >> ci/plain.npmrc\n";
    let copies = [
        "cp ci/plain.npmrc .npmrc",
        "cp ci/plain.npmrc ~/.npmrc",
        "mv ci/plain.npmrc .npmrc",
        "cat ci/plain.npmrc > .npmrc",
        "cat ci/plain.npmrc | tee .npmrc",
        "sed s/x/y/ ci/plain.npmrc > .npmrc",
        "envsubst < ci/plain.npmrc > ~/.npmrc",
    ];
    let writes = [
        MORE,
        "cp ci/npmrc ci/plain.npmrc\n",
        "mv ci/npmrc ci/plain.npmrc\n",
        "sed -i s/registry/script-shell/ ci/plain.npmrc\n",
        "curl -fsSLo ci/plain.npmrc https://x.test/y\n",
        "git checkout other -- ci\n",
    ];
    let of_copies = copies.iter().map(|copy| (MORE, *copy)).chain(writes.iter().map(|write| (*write, copies[0])));
    let steps: Vec<String> = of_copies.map(|(write, copy)| format!("{write}{copy}")).collect();
    rows(&steps.iter().map(|step| (step.as_str(), LINT)).collect::<Vec<_>>(), "configured (gates)");
    let before: Vec<String> =
        copies.iter().flat_map(|copy| [format!("{copy}\n{MORE}"), format!("echo x > ci/y\n{copy}")]).collect();
    rows(&before.iter().map(|step| (step.trim_end(), LINT)).collect::<Vec<_>>(), "gates");
    let many: String = (0..70).map(|at| format!("echo x > src/{at}.py\n")).collect();
    let files: Vec<(String, String)> = (0..70).map(|at| (format!("src/{at}.py"), "x = 1\n".to_owned())).collect();
    let files: Vec<(&str, &str)> = FILES.iter().copied().chain(files.iter().map(|(path, text)| (&**path, &**text))).collect();
    check(&[("bandit", &format!("{many}cp ci/plain.npmrc .npmrc\n{LINT}"), "configured (gates)")], &files);
}

//! Owns volumes that a job mounts into its container over the programs there: one of them may be a tool. Refuses volumes of data.

use crate::answer::Reason;
use crate::doc::Value;
use crate::facts::hold::{Hold, HoldEffect};
use crate::facts::shell::is_of_programs;
use crate::text::Place;

/// Volumes of one container that are looked at.
const MOST: usize = 64;

/// Volumes of `container:` that may put another program in a tool's place.
pub(super) fn over_programs(container: Option<Value<'_>>) -> Vec<Hold> {
    let Some(container) = container else { return Vec::new() };
    let listed =
        container.get("volumes").into_iter().flat_map(Value::items).filter_map(|item| Some((item.as_str()?, item.place())));
    let options = container.get("options").and_then(|options| Some((options.as_str()?, options.place())));
    let flagged = options.into_iter().flat_map(|(text, place)| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let behind = words.windows(2).filter(|pair| matches!(pair[0], "-v" | "--volume")).map(|pair| pair[1]);
        let joined = words.iter().filter_map(|word| word.strip_prefix("--volume="));
        behind.chain(joined).map(|text| (text, place.clone())).collect::<Vec<(&str, Place)>>()
    });
    let over = |text: &str| {
        let mut parts = text.split(':');
        let (Some(source), Some(target)) = (parts.next(), parts.next()) else { return false };
        let directory = target.trim_end_matches('/').rsplit_once('/').map_or("", |(directory, _)| directory);
        let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
        // The machine's own program under its own name is that program.
        let same = source.starts_with('/') && last(source) == last(target);
        (is_of_programs(target) || is_of_programs(directory)) && !same
    };
    let found = listed.chain(flagged).take(MOST).filter(|(text, _)| over(text));
    let why = "a volume is mounted over programs of the container";
    found.map(|(_, place)| Hold::new(HoldEffect::Unknown(Reason::Unsupported), place, why)).collect()
}

#[cfg(test)]
mod tests {
    use crate::doc::Format;
    use crate::snapshot::Snapshot;
    use crate::text::RepoPath;

    #[test]
    fn volumes_over_programs() {
        for (container, expected) in [
            ("{image: x, volumes: ['/bin/true:/usr/bin/bandit']}", 1),
            ("{image: x, volumes: ['./bin:/usr/local/bin', 'y:/data']}", 1),
            ("{image: x, options: --cpus 1 -v /bin/true:/usr/bin/bandit --volume=z:/opt/bin}", 2),
            (
                "{image: x, volumes: ['/var/run/docker.sock:/var/run/docker.sock', '/usr/bin/docker:/usr/bin/docker', 'c:/root/.cache']}",
                0,
            ),
            ("x", 0),
        ] {
            let snapshot = Snapshot::in_memory([("a.yml".to_owned(), format!("container: {container}\n"))]);
            let document = snapshot.document(&RepoPath::new("a.yml").expect("path"), Format::Yaml).expect("document");
            assert_eq!(super::over_programs(document.root().get("container")).len(), expected, "{container}");
        }
    }
}

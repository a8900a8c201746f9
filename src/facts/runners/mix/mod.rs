//! Owns what mix runs of the project: aliases of `mix.exs`, `mix do` and `mix cmd`, as Elixir 1.21 runs them (`Mix.Task.run_alias`,
//! `Mix.Tasks.Do`, `Mix.Tasks.Cmd`). Refuses to run Elixir: a function among the tasks is not followed.

mod aliases;
mod halting;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use self::aliases::{Alias, Aliases, Item};
use self::halting::Around;
use super::script_words::{span_of, word_at};
use super::{Call, Next, Runner, Target, World, quoted};
use crate::answer::{Reason, Why};
use crate::facts::hold::Hop;
use crate::facts::shell::Word;
use crate::text::{MappedText, Place, RepoPath, SourceFile};

/// Characters by which a shell makes more than one word of a word.
const OF_SHELL: &[char] = &['|', '&', ';', '<', '>', '$', '`', '(', ')', '*', '?', '{', '}', '~', '"', '\'', '\\', ' '];

/// `mix NAME` where NAME is an alias; `mix do`; `mix cmd`.
pub(super) struct Mix;

/// The aliases of each `mix.exs`, which stand for every call of mix.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<RepoPath, Arc<Aliases>>>);

impl Kept {
    fn of(&self, project: &SourceFile) -> Arc<Aliases> {
        let kept = self.0.lock().map_or(None, |kept| kept.get(&project.path).cloned());
        kept.unwrap_or_else(|| {
            let aliases = Arc::new(Aliases::read(&project.text));
            if let Ok(mut kept) = self.0.lock() {
                kept.insert(project.path.clone(), Arc::clone(&aliases));
            }
            aliases
        })
    }
}

impl Runner for Mix {
    fn name(&self) -> &'static str {
        "mix aliases"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name == "mix.exs"
    }

    /// An alias takes the place of the task of its name.
    fn goes_first(&self) -> bool {
        true
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if call.program()? != "mix" {
            return None;
        }
        let name = call.arg(1).filter(|name| !name.starts_with('-'))?;
        let file = match call.env.get("MIX_EXS") {
            None => "mix.exs",
            Some(Some(file)) if !file.is_empty() => file,
            Some(_) => return Some(vec![opaque(call, "which mix.exs is read is computed")]),
        };
        let path = call.workdir.resolve(file).filter(|path| world.snapshot.is_file(path));
        let project = path.and_then(|path| world.snapshot.read(&path).ok());
        let around = Around { project: project.as_ref(), workdir: call.workdir, world };
        if let Some(found) = project.as_ref().and_then(|project| alias(name, project, call, &around)) {
            return Some(found);
        }
        match name {
            "do" => each(call, &around),
            "cmd" => command(call),
            _ => None,
        }
    }
}

/// What the alias of a name runs; `None` when there is none, or when it is the alias itself that names its task.
fn alias(name: &str, project: &Arc<SourceFile>, call: &Call<'_>, around: &Around<'_>) -> Option<Vec<Next>> {
    let aliases = around.world.seen.aliases.of(project);
    let aliases = match &*aliases {
        Aliases::None => return None,
        Aliases::Known(aliases) => aliases,
        Aliases::Computed => {
            let named = [format!("{name}: "), format!("\"{name}\": "), format!(":{name},")];
            let named = named.iter().any(|text| project.text.contains(text.as_str()));
            return named.then(|| vec![opaque(call, "the aliases of mix.exs are computed")]);
        }
    };
    let Alias { span, items, .. } = aliases.iter().rev().find(|alias| alias.name == name)?;
    let task = &call.words[1].place;
    if task.path == project.path && span.start <= span_of(project, task).start && span_of(project, task).end <= span.end {
        return None;
    }
    let mut given = &call.words[2..];
    let mut out = Vec::new();
    let mut ended = None;
    for (at, item) in items.iter().enumerate() {
        let place = project.place(item.span());
        let mut next = Next { condition: ended.clone(), ..Next::argv(call, Vec::new()) };
        if around.item_may_end(item) {
            ended.get_or_insert_with(|| may_have_ended(&place));
        }
        match item {
            Item::Task(span) => {
                let text = MappedText::verbatim(Arc::clone(project), *span);
                next.hops = vec![Hop::new(place.clone(), text.text())];
                let Some(mut words) = quoted::split(&text) else {
                    return Some(vec![opaque(call, "a quote is not closed in it")]);
                };
                let itself = words.first().is_some_and(|word| word.value.as_deref() == Some(name));
                if itself || at + 1 == items.len() {
                    words.extend(given.iter().cloned());
                }
                if itself {
                    given = &[];
                }
                next.target = Target::Argv(std::iter::once(word_at("mix", &place)).chain(words).collect());
            }
            Item::Code(span) if aliases::is_silent(&project.text, *span) => continue,
            Item::Code(_) => {
                let why = format!("a function of Elixir that `mix {name}` calls is not read");
                next.target = Target::Opaque(Why::new(Reason::Unsupported, why).at(place));
            }
        }
        out.push(next);
    }
    Some(out)
}

/// `mix do a + b`, `mix do a, b`: one after the other, until one fails.
fn each(call: &Call<'_>, around: &Around<'_>) -> Option<Vec<Next>> {
    let mut words = &call.words[2..];
    let mut apart = false;
    while let Some(flag) = words.first().and_then(|word| word.value.as_deref()).filter(|text| text.starts_with("--app")) {
        words = words.get(if flag == "--app" { 2 } else { 1 }..)?;
        apart = true;
    }
    let mut commands: Vec<Vec<Word>> = vec![Vec::new()];
    for word in words {
        let text = word.value.as_deref().unwrap_or_default();
        if text == "+" {
            commands.push(Vec::new());
        } else if let Some(rest) = text.strip_suffix(',') {
            let last = (!rest.is_empty()).then(|| Word { value: Some(rest.to_owned()), raw: rest.to_owned(), ..word.clone() });
            commands.last_mut()?.extend(last);
            commands.push(Vec::new());
        } else {
            commands.last_mut()?.push(word.clone());
        }
    }
    let program = &call.words[..1];
    let mut ended = None;
    let next = |command: Vec<Word>| {
        let condition = ended.clone();
        if let Some(first) = command.first().filter(|_| around.may_end(&command)) {
            ended.get_or_insert_with(|| may_have_ended(&first.place));
        }
        let next = Next::argv(call, program.iter().cloned().chain(command).collect());
        Next { workdir: if apart { call.workdir.unknown() } else { next.workdir.clone() }, condition, ..next }
    };
    Some(commands.into_iter().filter(|command| !command.is_empty()).map(next).collect())
}

/// `mix cmd --cd DIR program …`: a shell read the words until Elixir 1.18, none does since.
fn command(call: &Call<'_>) -> Option<Vec<Next>> {
    let mut words = &call.words[2..];
    let mut workdir = call.workdir.clone();
    while let Some(flag) = words.first().and_then(|word| word.value.as_deref()).filter(|text| text.starts_with("--")) {
        let (name, attached) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let takes = attached.is_none() && matches!(name, "--cd" | "--app");
        let value = attached.or_else(|| words.get(1)?.value.as_deref());
        match name {
            "--cd" => workdir = value.map_or_else(|| workdir.unknown(), |value| workdir.enter(value)),
            "--app" => workdir = workdir.unknown(),
            _ => {}
        }
        words = words.get(if takes { 2 } else { 1 }..)?;
    }
    let of_shell = |word: &Word| word.value.as_deref().is_some_and(|text| text.is_empty() || text.contains(OF_SHELL));
    if words.iter().any(of_shell) {
        return Some(vec![opaque(call, "whether a shell reads the words of `mix cmd` depends on the version of Elixir")]);
    }
    Some(vec![Next { workdir, ..Next::argv(call, words.to_vec()) }])
}

/// What is true of the tasks behind one whose code may stop the machine.
fn may_have_ended(place: &Place) -> Why {
    Why::new(Reason::Unsupported, "code of Elixir that runs before it may end mix, and no later task runs then").at(place.clone())
}

fn opaque(call: &Call<'_>, why: &str) -> Next {
    let mut next = Next::argv(call, Vec::new());
    next.target = Target::Opaque(Why::new(Reason::Dynamic, why).at(call.place.clone()));
    next
}

#[cfg(test)]
mod tests {
    use super::Mix;
    use crate::facts::runners::script_probe::told;

    const PROJECT: &str = "defmodule A do
  # aliases: nothing()
  def project, do: [app: :a, aliases: aliases(), deps: []]

  # What stands for what.
  defp aliases do
    [
      \"lint.all\": [\"credo --strict\"], # all of it
      lint: \"lint.all\",
      test: [\"ecto.create --quiet\", \"test --raise\", \"after\"],
      {:ci, [\"lint --x\", \"cmd --cd assets npm run lint\"]},
      setup: [\"deps.get\", &copy/1, &start/1, fn _ -> :ok end, &B.run/1],
      many: ~w(format credo),
      text: \"a #{b}\",
      stopped: [\"run -e 'System.halt(0)'\", \"credo\"],
      nested: [\"stopped\", \"sobelow\"],
      seeded: [\"run seeds.exs\", \"credo\"]
    ]
  end

  defp copy(_) do
    File.cp!(\"a\", \"b\")
  end

  defp start(_), do: System.cmd(\"mix\", [\"credo\"])
end
";

    #[test]
    fn tasks_of_mix() {
        let files: &[(&str, &str)] = &[
            ("mix.exs", PROJECT),
            (
                "inline/mix.exs",
                "defmodule A do\n  @all [x: \"credo\"]\n  def project do\n    [aliases: @all, app: :a]\n  end\nend\n",
            ),
            ("open/mix.exs", "defmodule A do\n  def project, do: [aliases: a() ++ b()]\n  defp a, do: [lint: \"credo\"]\nend\n"),
            ("none/mix.exs", "defmodule A do\n  def project, do: [app: :a]\nend\n"),
        ];
        let unread = "opaque Unsupported: a function of Elixir that `mix setup` calls is not read";
        let rows: &[(&str, &str, &[&str])] = &[
            ("", "mix lint.all", &["$ mix credo --strict <- mix.exs:8"]),
            ("", "mix lint --x", &["$ mix lint.all --x <- mix.exs:9"]),
            (
                "",
                "mix test a",
                &["$ mix ecto.create --quiet <- mix.exs:10", "$ mix test --raise a <- mix.exs:10", "$ mix after <- mix.exs:10"],
            ),
            ("", "mix ci", &["$ mix lint --x <- mix.exs:11", "$ mix cmd --cd assets npm run lint <- mix.exs:11"]),
            ("", "mix setup", &["$ mix deps.get <- mix.exs:12", unread, unread]),
            ("", "mix many", &["$ mix format <- mix.exs:13", "$ mix credo <- mix.exs:13"]),
            ("", "mix text", &["opaque Unsupported: a function of Elixir that `mix text` calls is not read"]),
            ("", "mix stopped", &["$ mix run -e System.halt(0) <- mix.exs:15", "$ mix credo <- mix.exs:15 ?"]),
            ("", "mix nested", &["$ mix stopped <- mix.exs:16", "$ mix sobelow <- mix.exs:16 ?"]),
            ("", "mix seeded", &["$ mix run seeds.exs <- mix.exs:17", "$ mix credo <- mix.exs:17"]),
            ("", "mix do eval System.halt + credo", &["$ mix eval System.halt", "$ mix credo ?"]),
            ("", "mix credo", &["not known"]),
            ("", "mix --version", &["not known"]),
            ("inline", "mix x", &["$ mix credo <- inline/mix.exs:2 in inline"]),
            ("open", "mix lint", &["opaque Dynamic: the aliases of mix.exs are computed in open"]),
            ("open", "mix credo", &["not known"]),
            ("none", "mix lint", &["not known"]),
            ("", "mix do deps.get + sobelow --exit", &["$ mix deps.get", "$ mix sobelow --exit"]),
            ("", "mix do deps.get, credo --strict", &["$ mix deps.get", "$ mix credo --strict"]),
            ("", "mix do --app x credo", &["$ mix credo in ?"]),
            ("", "mix cmd --cd a npm ci", &["$ npm ci in a"]),
            (
                "",
                "mix cmd a && b",
                &["opaque Dynamic: whether a shell reads the words of `mix cmd` depends on the version of Elixir"],
            ),
        ];
        for (directory, command, expected) in rows {
            assert_eq!(told(&Mix, files, directory, command), *expected, "{command}");
        }
    }
}

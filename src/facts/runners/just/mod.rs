//! Owns `just`: which justfile, which recipes with which arguments. Refuses to run backticks.

mod expression;
mod load;
mod options;
mod reader;
mod recipe;
mod scan;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use super::{Call, Next, Runner, Target, World};
use crate::answer::{Reason, Why};
use crate::facts::hold::Hop;
use crate::facts::meter::{EXPANDED_BYTE, Meter};
use crate::facts::shell::Word;
use load::Loaded;
use options::Options;
use reader::Recipe;

/// Recipes looked at for one call.
const MAX_STEPS: usize = 5_000;
/// Dependencies of dependencies; also bounds the stack.
const MAX_DEPTH: usize = 64;

/// The command runner `just`.
pub(super) struct Just;

impl Runner for Just {
    fn name(&self) -> &'static str {
        "just"
    }

    fn reads(&self, file_name: &str) -> bool {
        file_name.eq_ignore_ascii_case("justfile") || file_name.eq_ignore_ascii_case(".justfile")
    }

    fn expand(&self, call: &Call<'_>, world: &World<'_>) -> Option<Vec<Next>> {
        if call.program()? != "just" {
            return None;
        }
        let options = options::read(&call.words[1..]);
        if options.only_tells {
            return Some(Vec::new());
        }
        Some(run(call, world, &options).unwrap_or_else(|why| {
            let mut next = Next::argv(call, Vec::new());
            next.target = Target::Opaque(why);
            vec![next]
        }))
    }
}

/// One call of just.
struct Run<'a> {
    call: &'a Call<'a>,
    world: &'a World<'a>,
    options: &'a Options,
    fuel: Cell<usize>,
    done: HashSet<(String, Vec<Option<String>>)>,
    out: Vec<Next>,
}

/// What holds on the way to a recipe.
#[derive(Clone, Default)]
struct Way {
    hops: Vec<Hop>,
    condition: Option<Why>,
}

fn run(call: &Call<'_>, world: &World<'_>, options: &Options) -> Result<Vec<Next>, Why> {
    let allowed = world.meter.share(EXPANDED_BYTE, world.snapshot.limits().file_bytes.saturating_mul(8));
    let fuel = Cell::new(allowed);
    let mut run = Run { call, world, options, fuel, done: HashSet::new(), out: Vec::new() };
    let Some(loaded) = load::find(call, world, options)? else { return Ok(Vec::new()) };
    if let Some(words) = &options.command {
        let mut next = Next { workdir: loaded.workdir.clone(), ..Next::argv(call, words.clone()) };
        next.env = recipe::environment(&run, &loaded);
        return Ok(vec![next]);
    }
    let led = run.operands(&Rc::new(loaded), &options.operands);
    if !world.meter.spend((allowed - run.fuel.get()) * EXPANDED_BYTE) || run.fuel.get() == 0 {
        return Err(Meter::why());
    }
    led.map(|()| run.out)
}

impl Run<'_> {
    /// Recipes and their arguments, as they follow each other on the command line.
    fn operands(&mut self, loaded: &Rc<Loaded>, operands: &[Word]) -> Result<(), Why> {
        let mut loaded = Rc::clone(loaded);
        let mut rest = operands;
        let Some((first, _)) = rest.split_first() else {
            if let Some(recipe) = loaded.default_recipe() {
                self.recipe(&loaded, &recipe, Vec::new(), &Way::default());
            }
            return Ok(());
        };
        if first.value.is_none() {
            let why = Why::new(Reason::Dynamic, "the recipe's name is computed").at(first.place.clone());
            for recipe in loaded.justfile.recipes.clone() {
                self.recipe(&loaded, &recipe, Vec::new(), &Way { hops: Vec::new(), condition: Some(why.clone()) });
            }
            return Ok(());
        }
        while let Some((word, behind)) = rest.split_first() {
            rest = behind;
            let Some(name) = word.value.as_deref() else { return Ok(()) };
            let found = loaded.resolve(self.world, name)?;
            if let Some((home, recipe)) = found {
                let most = recipe.parameters.iter().map(|parameter| if parameter.variadic.is_some() { usize::MAX } else { 1 });
                let most = most.fold(0_usize, usize::saturating_add).min(rest.len());
                let arguments: Vec<Option<String>> = rest[..most].iter().map(|word| word.value.clone()).collect();
                rest = &rest[most..];
                self.recipe(&home, &recipe, arguments, &Way::default());
            } else if let Some(module) = loaded.module(self.world, name)? {
                loaded = module;
                if rest.is_empty()
                    && let Some(recipe) = loaded.default_recipe()
                {
                    self.recipe(&loaded, &recipe, Vec::new(), &Way::default());
                }
            } else {
                // just knows all names before it runs anything.
                self.out.clear();
                return Ok(());
            }
        }
        Ok(())
    }

    /// A recipe with what it depends on, each once for the same arguments.
    fn recipe(&mut self, loaded: &Rc<Loaded>, recipe: &Recipe, arguments: Vec<Option<String>>, way: &Way) {
        let key = (format!("{}:{}", recipe.place.path, recipe.name), arguments.clone());
        if way.hops.len() > MAX_DEPTH || self.done.len() > MAX_STEPS {
            if self.done.len() <= MAX_STEPS {
                let why =
                    Why::new(Reason::Unsupported, "the justfile's recipes need more than is followed").at(recipe.place.clone());
                self.push_opaque(why, way);
            }
            return;
        }
        if !self.done.insert(key) {
            return;
        }
        let parameters = recipe::bind(self, loaded, recipe, &arguments);
        let mut below = way.clone();
        below.hops.push(Hop::new(recipe.place.clone(), &recipe.header));
        let dependencies = if self.options.no_dependencies { &[][..] } else { &recipe.dependencies[..] };
        for dependency in dependencies.iter().filter(|dependency| !dependency.after) {
            self.dependency(loaded, dependency, &parameters, &below);
        }
        recipe::lines(self, loaded, recipe, &parameters, way);
        for dependency in dependencies.iter().filter(|dependency| dependency.after) {
            self.dependency(loaded, dependency, &parameters, &below);
        }
    }

    fn dependency(
        &mut self,
        loaded: &Rc<Loaded>,
        dependency: &reader::Dependency,
        parameters: &expression::Parameters,
        way: &Way,
    ) {
        let values: Vec<String> = dependency.arguments.iter().map(|text| recipe::value(self, loaded, text, parameters)).collect();
        let arguments = values.into_iter().map(|value| Some(value).filter(|value| !value.contains(recipe::UNKNOWN))).collect();
        match loaded.resolve(self.world, &dependency.name) {
            Ok(Some((home, recipe))) => self.recipe(&home, &recipe, arguments, way),
            Ok(None) => {}
            Err(why) => self.push_opaque(why, way),
        }
    }

    fn push_opaque(&mut self, why: Why, way: &Way) {
        let mut next = Next::argv(self.call, Vec::new());
        next.target = Target::Opaque(why);
        next.hops = way.hops.clone();
        next.condition = way.condition.clone();
        self.out.push(next);
    }
}

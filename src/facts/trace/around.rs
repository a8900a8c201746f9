//! Owns what lies around a command: the environment that a launcher or a manager makes for it, and what of its job a tool sees that
//! audits one. Refuses to say how it came there.

use std::sync::Arc;

use super::frame::{Kind, Surroundings};
use super::installer::read;
use super::manages::{Does, managed, perhaps, project};
use super::supplied::{ECOSYSTEM, OfJob, bare_name, installed};
use super::{Frame, Tracer};
use crate::catalog::Bare;
use crate::catalog::installing::Manager;
use crate::catalog::tool::Tool;
use crate::facts::shell::Word;
use crate::facts::supplied::{Home, Supplied, Supply};
use crate::text::Place;

impl Tracer<'_> {
    /// What lies around a tool that audits an environment.
    pub(super) fn supplied_to(&self, tool: &Tool, frame: &Frame) -> Supplied {
        let none = OfJob::default();
        let job = self.supplied.get(&(frame.pipeline, frame.job)).unwrap_or(&none);
        let reads = frame.streams.from.clone();
        let home = self.active(frame).unwrap_or_default();
        let all = Supplied { laid: job.laid.clone(), written: job.written.clone(), reads, home, ..Supplied::default() };
        if let Some(home) = frame.called.clone() {
            return Supplied { home, ..all };
        }
        if let Some(around) = &frame.environment {
            // What was put into one of several may lie in another one.
            let is_there = |supply: &Supply| around.kind != Kind::OneOf || matches!(supply, Supply::Without(_));
            let later =
                job.laid.iter().filter(|(home, supply)| *home == around.home && is_there(supply)).map(|(_, supply)| supply);
            let own = around.here.iter().chain(later).cloned().collect();
            return Supplied { own: Some(own), of_machine: around.kind == Kind::Kept, ..all };
        }
        if frame.isolated {
            return Supplied { own: Some(Vec::new()), ..all };
        }
        let packages = tool.packages.get(ECOSYSTEM).map(Vec::as_slice).unwrap_or_default();
        let is_tool = |name: &str| packages.iter().any(|package| bare_name(name) == package);
        let home = self.around(frame);
        let lies_in = |home: &Home| job.packages.iter().any(|(at, name)| at == home && is_tool(name));
        let apart = job.apart.iter().find(|(name, _)| is_tool(name)).map(|(_, own)| own.clone());
        match apart {
            _ if lies_in(&home) => Supplied { home, ..all },
            Some(own) => Supplied { own: Some(own), ..all },
            // What is called may be that of the machine: the environment need not have one.
            None if lies_in(&Home::Job) => Supplied { home: Home::Somewhere, ..all },
            None => Supplied { home, ..all },
        }
    }

    /// The environment that a launcher makes for the command behind it, or that a manager keeps; `None` where it is the caller's.
    pub(super) fn environment_of(&self, words: &[Word], frame: &Frame) -> Option<Arc<Surroundings>> {
        if let Some(install) = read(words).filter(|install| install.row.ecosystem == ECOSYSTEM && install.row.apart) {
            let launches = install.row.bare == Bare::Command;
            let here = installed(&install, words, frame);
            return launches
                .then(|| Arc::new(Surroundings { home: Home::Of(&install.row.commands[0][0]), here, kind: Kind::Made }));
        }
        let command = managed(words).filter(|command| command.does == Does::Run)?;
        let manager = command.manager;
        let place = words[0].place.clone();
        let name = &manager.name;
        if manager.unread {
            let unread = perhaps(format!("what {name} installs into the environment it makes is not read"), &place);
            let here = self.of_project(manager, frame, &place).into_iter().chain([unread]).collect();
            return Some(Arc::new(Surroundings { home: Home::Of(name), here, kind: Kind::OneOf }));
        }
        let home = self.home_of_manager(manager, frame);
        // Packages behind flags of its own come on top of what is there already.
        let over =
            read(words).filter(|install| install.row.bare == Bare::Command).map(|install| installed(&install, words, frame));
        let mut here: Vec<Supply> = over.unwrap_or_default();
        match command.takes(frame) {
            Some(Supply::Perhaps(why)) => here.push(Supply::Perhaps(why)),
            Some(takes) if manager.syncs && !command.as_it_is(frame) => here.push(takes),
            _ => {}
        }
        Some(Arc::new(Surroundings { home, here, kind: Kind::Kept }))
    }

    /// The project around a command, where nothing that a manager reads may keep it out.
    fn of_project(&self, manager: &Manager, frame: &Frame, place: &Place) -> Option<Supply> {
        let snapshot = self.world.snapshot;
        let files = manager.said_in.iter().filter_map(|name| frame.workdir.resolve(name)).filter(|path| snapshot.is_file(path));
        let texts: Vec<_> = files.map(|path| snapshot.read_marked(&path).ok()).collect();
        let keeps_out = |text: &str| manager.but_for.iter().any(|word| text.contains(word.as_str()));
        let told = !texts.is_empty() && texts.iter().all(|file| file.as_ref().is_some_and(|file| !keeps_out(&file.text)));
        told.then(|| project(".", frame, place))
    }
}

//! The source as text: its modules, their code without tests and comments, and what they import from each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module of the library: `store/queue`, or `store` for the folder's own file.
pub struct Module {
    /// Its path without ending, `/` between the parts.
    pub name: String,
    /// Its file below `src/`.
    pub file: String,
    /// Its lines of code and comments, without the tests below them.
    pub lines: usize,
    /// Its code: neither comments nor tests.
    pub code: String,
}

/// Every module but those that exist only for tests.
pub fn modules() -> Vec<Module> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    assert!(files.len() > 50, "the source was not found");
    files.sort();
    let module = |path: &PathBuf| {
        let file = path.strip_prefix(&source).unwrap().display().to_string();
        let name = file.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        Module { name, file, lines: text.lines().count(), code: code.join("\n") }
    };
    files.iter().map(module).filter(|module| !is_test(&module.name)).collect()
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests") || name.ends_with("testing") || name.ends_with("smtp_server")
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Whether code uses a word, not as a part of a longer one.
pub fn is_used(code: &str, word: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let continues = before.is_some_and(is_name) || (word.ends_with(is_name) && after.is_some_and(is_name));
        !continues
    })
}

/// Which module imports which. What a folder's own file hands on counts as the folder's.
pub fn imports(modules: &[Module]) -> BTreeMap<String, BTreeSet<String>> {
    let known: BTreeSet<&str> = modules.iter().map(|module| module.name.as_str()).collect();
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in modules {
        let folder: Vec<&str> = module.name.split('/').collect();
        for path in paths(&module.code) {
            let ups = path.iter().filter(|part| **part == "super").count();
            // `super` is the folder of a file, and the folder above of a folder's own file.
            let from = if path[0] == "crate" { &[] } else { &folder[..folder.len().saturating_sub(ups)] };
            let full: Vec<&str> = from.iter().copied().chain(path[ups.max(1)..].iter().copied()).collect();
            let named = (1..=full.len()).rev().map(|parts| full[..parts].join("/"));
            if let Some(target) = named.into_iter().find(|name| known.contains(name.as_str())) {
                imports.entry(module.name.clone()).or_default().insert(target);
            }
        }
        imports.entry(module.name.clone()).or_default().remove(&module.name);
    }
    imports
}

/// The paths of a text that begin with `crate` or `super`, those in braces one by one.
fn paths(code: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | ':' | '$')) {
                follow(&code[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads one path and the branches of its braces; gives the rest of the text.
fn follow<'c>(mut code: &'c str, path: &mut Vec<&'c str>, found: &mut Vec<Vec<&'c str>>) -> &'c str {
    let length = path.len();
    loop {
        code = code.trim_start();
        let end = code.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(code.len());
        if end > 0 {
            path.push(&code[..end]);
            code = &code[end..];
        } else if let Some(rest) = code.strip_prefix('{') {
            code = rest;
            while !code.trim_start().starts_with('}') && !code.is_empty() {
                let rest = follow(code, path, found).trim_start();
                // An alias, a glob or a comma lies before the next branch.
                let skipped = rest.find([',', '}']).unwrap_or(rest.len());
                code = rest[skipped..].strip_prefix(',').unwrap_or(&rest[skipped..]);
            }
            code = code.trim_start().strip_prefix('}').unwrap_or(code);
            path.truncate(length);
            return code;
        }
        match code.strip_prefix("::") {
            Some(rest) => code = rest,
            None => break,
        }
    }
    found.push(path.clone());
    path.truncate(length);
    code
}

/// The groups of modules that import each other, directly or around a corner.
pub fn circles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|module| (module.as_str(), reach(module, imports))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (module, others) in reached.iter().filter(|(module, others)| others.contains(*module)) {
        let circle = others.iter().filter(|other| reached.get(**other).is_some_and(|back| back.contains(module)));
        let circle: BTreeSet<String> = circle.map(|other| (*other).to_owned()).collect();
        if !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

/// All modules that one depends on.
fn reach<'m>(module: &str, imports: &'m BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'m str> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = imports.get(module).into_iter().flatten().map(String::as_str).collect();
    while let Some(next) = waiting.pop() {
        if reached.insert(next) {
            waiting.extend(imports.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    reached
}

#[test]
fn imports_are_read_as_the_compiler_reads_them() {
    let read = |code| {
        let mut paths: Vec<String> = paths(code).iter().map(|path| path.join("::")).collect();
        paths.sort();
        paths
    };
    assert_eq!(
        read("use crate::store::{Document, queue::{Entry as E, *}, Store};\n"),
        ["crate::store::Document", "crate::store::Store", "crate::store::queue", "crate::store::queue::Entry",]
    );
    assert_eq!(read("fn f(g: &super::Gate) -> crate::Kind<'_> { supercrate::x() }"), ["crate::Kind", "super::Gate"]);
    assert_eq!(read("use super::super::rehearsal::Protection;"), ["super::super::rehearsal::Protection"]);

    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let imports = [("a", names(&["b"])), ("b", names(&["c"])), ("c", names(&["a"])), ("d", names(&["a"]))];
    let imports = imports.into_iter().map(|(module, others)| (module.to_owned(), others)).collect();
    assert_eq!(circles(&imports), [names(&["a", "b", "c"])]);
}

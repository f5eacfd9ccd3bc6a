//! Compiled code: kept, found again, and never trusted blindly.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use shipworthy_contract::{Sha256, evidence::RunEnd};
use shipworthy_engine::{Binary, Cache, Cleaned, Compiler, Component, Loader, Origin};

use crate::{
    guest::Guest,
    world::{COMPILE, ENGINE, LIMITS, access, facts, run_with},
};

static HONEST: LazyLock<Vec<u8>> = LazyLock::new(|| Guest::new().fact("seen", "all").bytes());

/// A cache with nothing in it, and the folder that it lies in.
fn empty() -> (tempfile::TempDir, Cache, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("compiled");
    (home, Cache::open(&folder).unwrap(), folder)
}

fn load(bytes: &[u8], cache: &Cache) -> Option<Component> {
    load_from(bytes, cache).map(|(component, _)| component)
}

fn load_from(bytes: &[u8], cache: &Cache) -> Option<(Component, Origin)> {
    loaded(bytes, Some(cache.clone()))
}

fn binary<'a>(bytes: &'a [u8], precompiled: Option<&'static [u8]>) -> Binary<'a> {
    Binary { plugin: "kept", bytes, sha256: Sha256::of(&HONEST), precompiled }
}

fn loaded(bytes: &[u8], cache: Option<Cache>) -> Option<(Component, Origin)> {
    Loader { cache, compiler: Compiler::here() }.load(&ENGINE, &binary(bytes, None), COMPILE, &|| {}).ok()
}

/// Loads what can come from nowhere but the cache: the bytes are not a component.
fn only_from(cache: &Cache) -> Option<Component> {
    load(b"not wasm", cache)
}

/// All that lies there but the lock.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_none_or(|extension| extension != "lock")).collect()
}

async fn works(component: Option<Component>) {
    let seen = run_with(&component.unwrap(), access(), LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["seen = all"]);
}

#[tokio::test]
async fn what_was_compiled_once_comes_from_the_cache() {
    let (_home, cache, folder) = empty();
    assert!(only_from(&cache).is_none());
    works(load(&HONEST, &cache)).await;
    let kept = entries(&folder);
    assert_eq!(kept.len(), 1, "one entry and no temporary file: {kept:?}");
    works(only_from(&cache)).await;
    assert_eq!(entries(&folder), kept);
}

#[tokio::test]
async fn what_cannot_be_compiled_is_not_kept() {
    let (_home, cache, folder) = empty();
    assert!(only_from(&cache).is_none());
    assert!(entries(&folder).is_empty());
}

#[tokio::test]
async fn an_entry_that_cannot_be_used_is_compiled_anew_and_replaced() {
    let (_home, cache, folder) = empty();
    works(load(&HONEST, &cache)).await;
    let entry = entries(&folder).pop().unwrap();
    let good = fs::read(&entry).unwrap();
    let mut headless = good.clone();
    headless[..64].fill(0);
    let mut bad = vec![Vec::new(), b"not code".to_vec(), headless, HONEST.clone(), of_another_engine()];
    bad.extend([1, 64, 4_096, good.len() / 2, good.len() - 1].map(|length| good[..length].to_vec()));
    for (index, bad) in bad.into_iter().enumerate() {
        fs::write(&entry, bad).unwrap();
        works(load(&HONEST, &cache)).await;
        assert!(only_from(&cache).is_some(), "case {index}: the entry is a good one again");
    }
}

/// The same component, compiled by an engine that does not look at deadlines.
fn of_another_engine() -> Vec<u8> {
    let other = wasmtime::Engine::new(wasmtime::Config::new().epoch_interruption(false)).unwrap();
    other.precompile_component(&HONEST).unwrap()
}

#[tokio::test]
async fn an_entry_under_another_engines_key_is_not_used() {
    let (_home, cache, folder) = empty();
    works(load(&HONEST, &cache)).await;
    let entry = entries(&folder).pop().unwrap();
    let name = entry.file_name().unwrap().to_str().unwrap();
    let (key, hash) = name.strip_suffix(".cwasm").unwrap().rsplit_once('-').unwrap();
    assert!(key.starts_with(&Sha256::of(&HONEST).to_string()), "{name}");
    assert_eq!(hash.len(), 16, "{name}");
    fs::rename(&entry, entry.with_file_name(format!("{key}-{:016x}.cwasm", 0))).unwrap();
    assert!(only_from(&cache).is_none());
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_is_no_error() {
    let (_home, cache, folder) = empty();
    fs::remove_dir_all(&folder).unwrap();
    works(load(&HONEST, &cache)).await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn an_entry_that_is_a_folder_is_no_error() {
    let (_home, cache, folder) = empty();
    works(load(&HONEST, &cache)).await;
    let entry = entries(&folder).pop().unwrap();
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    works(load(&HONEST, &cache)).await;
    assert_eq!(entries(&folder), [entry], "no temporary file is left");
}

#[tokio::test]
async fn many_may_fill_the_cache_at_once() {
    let (_home, cache, folder) = empty();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(load(&HONEST, &cache).is_some()));
        }
    });
    assert_eq!(entries(&folder).len(), 1);
    works(only_from(&cache)).await;
}

/// Loads what can come from nowhere but the code: the bytes are not a component.
fn bundled(precompiled: Option<Vec<u8>>) -> Option<Component> {
    // Bundled code lives as long as the binary it is a part of.
    let forever = |bytes: Vec<u8>| -> &'static [u8] { bytes.leak() };
    Component::load_bundled(&ENGINE, &binary(b"not wasm", precompiled.map(forever))).unwrap()
}

#[tokio::test]
async fn code_for_the_baseline_runs_here() {
    works(bundled(Some(Component::precompile("kept", &HONEST).unwrap()))).await;
}

#[test]
fn code_that_does_not_fit_is_not_used() {
    for bad in [None, Some(Vec::new()), Some(b"not code".to_vec()), Some(of_another_engine())] {
        assert!(bundled(bad).is_none());
    }
}

#[tokio::test]
async fn a_component_says_where_its_code_came_from() {
    let (_home, cache, _folder) = empty();
    let (_, first) = load_from(&HONEST, &cache).unwrap();
    assert!(matches!(first, Origin::Compiled { kept: true, .. }), "{first:?}");
    assert_eq!(load_from(&HONEST, &cache).unwrap().1, Origin::Cache);
    let (_, alone) = loaded(&HONEST, None).unwrap();
    assert!(matches!(alone, Origin::Compiled { kept: false, .. }), "{alone:?}");
}

#[tokio::test]
async fn a_cache_that_is_cleaned_is_empty_and_what_else_lies_there_stays() {
    let (_home, cache, folder) = empty();
    works(load(&HONEST, &cache)).await;
    let size = fs::metadata(&entries(&folder)[0]).unwrap().len();
    fs::write(folder.join("half.1-0.tmp"), b"1234").unwrap();
    fs::write(folder.join("notes.txt"), b"a person's").unwrap();
    assert_eq!(cache.clean().unwrap(), Cleaned { entries: 1, bytes: size + 4 });
    assert_eq!(entries(&folder), [folder.join("notes.txt")]);
    assert_eq!(cache.clean().unwrap(), Cleaned::default());
    works(load(&HONEST, &cache)).await;
}

#[tokio::test]
async fn code_of_another_component_is_not_run_under_this_ones_name() {
    let (_home, cache, folder) = empty();
    works(load(&HONEST, &cache)).await;
    let entry = entries(&folder).pop().unwrap();
    let (_other_home, other, other_folder) = empty();
    let impostor = Guest::new().fact("seen", "another").bytes();
    let binary = Binary { plugin: "other", bytes: &impostor, sha256: Sha256::of(&impostor), precompiled: None };
    let loader = Loader { cache: Some(other), compiler: Compiler::here() };
    loader.load(&ENGINE, &binary, COMPILE, &|| {}).unwrap();
    fs::copy(entries(&other_folder).pop().unwrap(), &entry).unwrap();
    assert!(only_from(&cache).is_none());
    works(load(&HONEST, &cache)).await;
}

#[tokio::test]
async fn what_a_killed_writer_left_is_tidied_up_once_it_is_old() {
    let (_home, cache, folder) = empty();
    let (old, new) = (folder.join("a.1-0.tmp"), folder.join("b.1-0.tmp"));
    fs::write(&old, b"half").unwrap();
    fs::write(&new, b"half").unwrap();
    let hour = std::time::Duration::from_hours(1);
    fs::File::options().write(true).open(&old).unwrap().set_modified(std::time::SystemTime::now() - hour).unwrap();
    works(load(&HONEST, &cache)).await;
    assert!(!old.exists() && new.exists(), "one that somebody may still write stays");
}

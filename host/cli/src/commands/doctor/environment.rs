//! An environment: whether it and its plugins can be used as they lie here, whether its secrets are set, and how long its
//! certificates last. No registry is asked for plugins, and no secret is kept.

use std::{collections::BTreeSet, path::Path};

use shipworthy_capabilities::certificates;
use shipworthy_contract::{Outcome, certificate::Certificate, endpoint::Address, grant::Grant, text::plural};
use shipworthy_plugins::{Descriptor, Environment, environment::PluginSource};
use shipworthy_report::doctor::Looked;

use super::{Need, Needs, seen};
use crate::{
    args::PluginFlags,
    bundled, clock,
    commands::env,
    set::Set,
    stack::{Plan, variable},
};

const AREA: &str = "environment";

/// What ends sooner is told while there is time: a certificate of a service is judged by the same.
const SOON: i64 = 14 * DAY;
const DAY: i64 = 24 * 60 * 60;

pub(super) fn look(name: &str, needs: &mut Needs) -> Vec<Looked> {
    let environment = match env::load(name) {
        Ok(environment) => environment,
        Err(refusal) => {
            let told = refusal.errors.iter().map(|error| Looked::error(AREA, "file", Outcome::Fail, &**error));
            return told.collect();
        }
    };
    note(&environment, needs);
    let file = format!("`{}`: {}", environment.file.display(), plural(environment.probes.len(), "probe"));
    let mut looked = vec![seen(AREA, "file", Outcome::Pass, file)];
    looked.extend(secrets(&environment));
    looked.extend(certificate_files(&environment));
    looked.extend(plugins(environment, needs));
    looked
}

/// What it takes of others.
fn note(environment: &Environment, needs: &mut Needs) {
    needs.socket.clone_from(&environment.containers.socket);
    needs.project.clone_from(&environment.containers.project);
    needs.access.clone_from(&environment.registries);
    let hosts: BTreeSet<String> = environment
        .probes
        .iter()
        .filter_map(
            |probe| if let PluginSource::Oci(reference) = &probe.plugin { Some(reference.host.clone()) } else { None },
        )
        .collect();
    needs.registries = hosts.into_iter().collect();
    let outlined = environment.endpoints.values().filter_map(|endpoint| endpoint.outline().ok()).flatten();
    let in_container = outlined.into_iter().any(|endpoint| matches!(endpoint.address, Address::Container { .. }));
    needs.containers = if in_container { Need::Yes } else { bundled_need(environment) };
}

/// What the bundled probes of an environment ask of a container engine, for where the others cannot be had.
fn bundled_need(environment: &Environment) -> Need {
    let table = bundled::table();
    let named = environment.probes.iter().filter_map(|probe| {
        let PluginSource::Builtin(name) = &probe.plugin else { return None };
        table.iter().find(|bundled| bundled.name == name)
    });
    let descriptors = named.filter_map(|bundled| Descriptor::parse_bundled(bundled.descriptor).ok());
    let needs = descriptors.map(|descriptor| {
        let mut needs = descriptor.needs.iter().filter(|need| !matches!(need, Grant::Http { .. } | Grant::Grpc { .. }));
        match (needs.clone().any(|need| !descriptor.is_optional(need)), needs.next()) {
            (true, _) => Need::Yes,
            (false, Some(_)) => Need::Maybe,
            (false, None) => Need::No,
        }
    });
    needs.max().unwrap_or_default()
}

/// Its plugins and its lock, of what lies here already.
fn plugins(environment: Environment, needs: &mut Needs) -> Vec<Looked> {
    let flags = PluginFlags { offline: true, ..PluginFlags::default() };
    let checked = Set::with(environment, &flags).and_then(|set| {
        let plan = Plan::whole(&set)?;
        needs.containers = needs.containers.max(match plan.asks_containers() {
            (_, true) => Need::Yes,
            (true, false) => Need::Maybe,
            (false, false) => Need::No,
        });
        plan.check_endpoints(&set.environment)?;
        let lock = if set.lock().is_some() { "as locked" } else { "without a lock" };
        Ok((plan.listed().len(), lock, set.lock().is_some()))
    });
    match checked {
        Ok((count, lock, is_locked)) => {
            needs.all_here = true;
            let text = format!("{} can be used, {lock}", plural(count, "plugin"));
            let looked = seen(AREA, "plugins", Outcome::Pass, text);
            if is_locked || needs.registries.is_empty() {
                return vec![looked];
            }
            vec![looked.with("a lock holds each to the bytes that were reviewed:", &["shipworthy plugin lock"])]
        }
        Err(refusal) => refusal
            .errors
            .iter()
            .map(|error| {
                let is_elsewhere = error.code() == "registry.offline";
                let outcome = if is_elsewhere { Outcome::Warn } else { Outcome::Fail };
                Looked::error(AREA, "plugins", outcome, &**error)
            })
            .collect(),
    }
}

/// The references to secrets of its endpoints, of which none is kept.
fn secrets(environment: &Environment) -> Vec<Looked> {
    let used: BTreeSet<&String> = environment.probes.iter().flat_map(|probe| probe.endpoints.values()).collect();
    let specs = used.into_iter().filter_map(|name| environment.endpoints.get(name));
    let missing: Vec<_> = specs.flat_map(|spec| spec.missing_secrets(&variable)).collect();
    missing
        .iter()
        .map(|missing| {
            let looked = Looked::error(AREA, "secret", Outcome::Fail, &missing.error);
            match &missing.variable {
                Some(name) => {
                    let paste = format!("export {name}=...");
                    looked.with("set it where the check runs, from where secrets are kept:", &[&paste])
                }
                None => looked,
            }
        })
        .collect()
}

/// The files of certificates that its endpoints and registries name, each once.
fn certificate_files(environment: &Environment) -> Vec<Looked> {
    let of_endpoints = environment.endpoints.values().map(shipworthy_plugins::environment::EndpointSpec::tls);
    let of_endpoints = of_endpoints.flat_map(|tls| tls.ca.iter().chain(tls.client_cert.iter()));
    let of_registries = environment.registries.values().filter_map(|registry| registry.ca.as_ref());
    let files: BTreeSet<&Path> = of_endpoints.chain(of_registries).map(std::path::PathBuf::as_path).collect();
    files.into_iter().map(|file| certificate_file(file, clock::seconds())).collect()
}

fn certificate_file(file: &Path, now: i64) -> Looked {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown = file.display();
    let found = match certificates::read(file) {
        Ok(found) => found,
        Err(why) => {
            return seen(AREA, &name, Outcome::Fail, format!("`{shown}`: {why}"))
                .with("see that the file is there, in PEM, and that this user may read it; paths are relative to the environment's file:", &[&format!("ls -l {}", super::quoted(&shown.to_string()))]);
        }
    };
    let wrong = found.iter().find(|certificate| certificate.not_after < now || certificate.not_before > now);
    let others_hold = found.len() > 1 && found.first().is_some_and(|first| first.not_after >= now);
    if let Some(certificate) = wrong {
        let when = if certificate.not_before > now {
            format!("is valid from {} on", clock::day(certificate.not_before))
        } else {
            format!("ended on {}", clock::day(certificate.not_after))
        };
        let outcome = if others_hold { Outcome::Warn } else { Outcome::Fail };
        return renew(seen(AREA, &name, outcome, format!("`{shown}`: {} {when}", subject(certificate))), file);
    }
    let first = found.iter().map(|certificate| certificate.not_after).min().unwrap_or(now);
    let text = format!("`{shown}`: {}, valid to {}", plural(found.len(), "certificate"), clock::day(first));
    if first - now < SOON {
        return renew(
            seen(AREA, &name, Outcome::Warn, format!("{text}, in {}", plural(days(first - now), "day"))),
            file,
        );
    }
    seen(AREA, &name, Outcome::Pass, text)
}

fn renew(looked: Looked, file: &Path) -> Looked {
    let path = super::quoted(&file.to_string_lossy());
    looked.with(
        "have it renewed, and put the new one there; what it is:",
        &[&format!("openssl x509 -in {path} -noout -subject -issuer -dates")],
    )
}

fn subject(certificate: &Certificate) -> String {
    if certificate.subject.is_empty() { "a certificate".to_owned() } else { format!("`{}`", certificate.subject) }
}

fn days(seconds: i64) -> usize {
    usize::try_from(seconds / DAY).unwrap_or(0)
}

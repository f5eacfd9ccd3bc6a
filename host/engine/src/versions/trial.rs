//! Two versions that no host offers, as later ones could be, to try out what this module promises: a release of 0.1 that
//! has one function more, and a 0.2 in which one function takes something else. Both are served as far as the tests ask.
//!
//! They are conversions to 0.1 and nothing else, as 0.1 itself will be once there is a 0.2.

use wasmtime::{Store, component::HasSelf};

use super::{Failure, Guest, Observing, Version};
use crate::{run::Target, since_0_1 as old, state::State};

/// A trial version: bindings made from a folder, and conversions that only the functions of `evidence` in braces differ in.
macro_rules! trial {
    ($module:ident, $release:literal, $folder:literal, $world:literal, { $($changed:item)* }) => {
        pub(super) mod $module {
            use super::*;

            mod wit {
                wasmtime::component::bindgen!({
                    path: $folder,
                    inline: $world,
                    world: "shipworthy:trial/served",
                    imports: { default: async | trappable },
                    exports: { default: async },
                });
            }

            use wit::shipworthy::probe::{evidence, gaps, log};

            pub(in crate::versions) const VERSION: Version = Version {
                release: $release,
                link: |linker| wit::Served::add_to_linker::<_, HasSelf<State>>(linker, |state| state),
                find: |instance| Ok(Box::new(wit::ServedPre::new(instance)?)),
            };

            impl Guest for wit::ServedPre<State> {
                fn observe<'a>(&'a self, store: &'a mut Store<State>, target: &'a Target) -> Observing<'a> {
                    Box::pin(async move {
                        let probe = self.instantiate_async(&mut *store).await?;
                        let target = wit::exports::shipworthy::probe::guest::Target {
                            service: target.service.clone(),
                            instance: target.instance.clone(),
                            project: target.project.clone(),
                            config: target.config.clone(),
                        };
                        let seen = probe.shipworthy_probe_guest().call_observe(store, &target).await?;
                        Ok(seen.map_err(|failure| Failure { why: old::gap(gap(failure.why)), detail: failure.detail }))
                    })
                }
            }

            impl gaps::Host for State {}

            impl log::Host for State {
                async fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
                    let level = match level {
                        log::Level::Debug => old::log::Level::Debug,
                        log::Level::Info => old::log::Level::Info,
                        log::Level::Warn => old::log::Level::Warn,
                        log::Level::Error => old::log::Level::Error,
                    };
                    old::log::Host::write(self, level, message).await
                }
            }

            fn gap(gap: gaps::Gap) -> old::gaps::Gap {
                use old::gaps::Gap;
                match gap {
                    gaps::Gap::Unreachable => Gap::Unreachable,
                    gaps::Gap::TimedOut => Gap::TimedOut,
                    gaps::Gap::Denied => Gap::Denied,
                    gaps::Gap::Tls => Gap::Tls,
                    gaps::Gap::NotGranted => Gap::NotGranted,
                    gaps::Gap::Limit => Gap::Limit,
                    gaps::Gap::Unreadable => Gap::Unreadable,
                    gaps::Gap::NotOffered => Gap::NotOffered,
                    gaps::Gap::Config => Gap::Config,
                    gaps::Gap::Defect => Gap::Defect,
                }
            }

            fn value(value: evidence::Value) -> old::evidence::Value {
                match value {
                    evidence::Value::Text(text) => old::evidence::Value::Text(text),
                    evidence::Value::Number(number) => old::evidence::Value::Number(number),
                    evidence::Value::Boolean(boolean) => old::evidence::Value::Boolean(boolean),
                }
            }

            fn origin(origin: evidence::Origin) -> old::evidence::Origin {
                old::evidence::Origin { what: origin.what, subject: origin.subject }
            }

            impl evidence::Host for State {
                async fn fact(
                    &mut self,
                    key: String,
                    one: evidence::Value,
                    at: evidence::Origin,
                ) -> wasmtime::Result<()> {
                    old::evidence::Host::fact(self, key, value(one), origin(at)).await
                }

                async fn fact_list(
                    &mut self,
                    key: String,
                    values: Vec<evidence::Value>,
                    at: evidence::Origin,
                ) -> wasmtime::Result<()> {
                    for one in values {
                        old::evidence::Host::fact(self, key.clone(), value(one), origin(at.clone())).await?;
                    }
                    Ok(())
                }

                async fn capability(
                    &mut self,
                    name: String,
                    present: bool,
                    at: evidence::Origin,
                ) -> wasmtime::Result<()> {
                    old::evidence::Host::capability(self, name, present, origin(at)).await
                }

                async fn complete(&mut self, prefix: String) -> wasmtime::Result<()> {
                    old::evidence::Host::complete(self, prefix).await
                }

                async fn digest(
                    &mut self,
                    name: String,
                    sha256: String,
                    at: evidence::Origin,
                ) -> wasmtime::Result<()> {
                    old::evidence::Host::digest(self, name, sha256, origin(at)).await
                }

                async fn finding(
                    &mut self,
                    rule: String,
                    holds: bool,
                    message: String,
                    expected: Option<String>,
                    found: Option<String>,
                ) -> wasmtime::Result<()> {
                    old::evidence::Host::finding(self, rule, holds, message, expected, found).await
                }

                $($changed)*
            }
        }
    };
}

trial!(
    since_0_1_1,
    "0.1.1",
    "tests/wit/0.1.1",
    "package shipworthy:trial;
     world served {
         import shipworthy:probe/evidence@0.1.1;
         import shipworthy:probe/log@0.1.1;
         export shipworthy:probe/guest@0.1.1;
     }",
    {
        async fn missing(&mut self, name: String, why: gaps::Gap, detail: String) -> wasmtime::Result<()> {
            old::evidence::Host::missing(self, name, gap(why), detail).await
        }
    }
);

trial!(
    since_0_2,
    "0.2.0",
    "tests/wit/0.2.0",
    "package shipworthy:trial;
     world served {
         import shipworthy:probe/evidence@0.2.0;
         import shipworthy:probe/log@0.2.0;
         export shipworthy:probe/guest@0.2.0;
     }",
    {
        // 0.1 gives one reason for one name.
        async fn missing(&mut self, names: Vec<String>, why: gaps::Gap, detail: String) -> wasmtime::Result<()> {
            for name in names {
                old::evidence::Host::missing(self, name, gap(why), detail.clone()).await?;
            }
            Ok(())
        }
    }
);

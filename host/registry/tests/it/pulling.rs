//! What is pushed is pulled, once, and kept.

use std::fs;

use anyhow::Result;
use shipworthy_contract::Sha256;
use shipworthy_registry::{Client, Problem, RegistryOptions};

use crate::{PADDING, agent, client, component, masked, open, options, plain, reference, run, store, told};

#[test]
fn what_was_pushed_is_pulled_and_the_second_time_from_the_store() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let (folder, store) = store();
    run(async {
        let tag = reference(registry.host(), "plugins/agent:0.3.0");
        let client = client(registry.host());
        let pushed = client.push(&tag, &agent()).await?;
        assert_eq!((pushed.component, pushed.size), (Sha256::of(&agent()), agent().len() as u64));
        assert_eq!(client.resolve(&tag).await?, pushed.manifest);

        let first = client.pull(&tag, &store).await?;
        assert_eq!((first.manifest, first.component, first.requests), (pushed.manifest, pushed.component, 2));
        assert_eq!(first.bytes, agent());
        let again = client.pull(&tag, &store).await?;
        assert_eq!((again.bytes == first.bytes, again.requests), (true, 1), "a tag is looked up, and nothing else");
        let pinned = client.pull(&tag.pinned(pushed.manifest), &store).await?;
        assert_eq!((pinned.bytes == first.bytes, pinned.requests), (true, 0));

        // Nobody is asked offline, and what is there is there.
        let offline = Client::new(RegistryOptions { offline: true, ..RegistryOptions::default() });
        assert_eq!(offline.pull(&tag.pinned(pushed.manifest), &store).await?.bytes, agent());
        let there = store.pulled(pushed.manifest)?.expect("it is kept");
        assert_eq!(there.component, pushed.component);
        let told = [
            told(offline.pull(&tag, &store).await),
            told(offline.pull(&tag.pinned(Sha256::of(b"other")), &store).await),
        ];
        let text = masked(&told.concat(), &[folder.path()], &[registry.host()]);
        insta::assert_snapshot!(text);
        Ok(())
    })
}

#[test]
fn the_same_bytes_have_the_same_digest_wherever_they_are_pushed() -> Result<()> {
    let (Some(one), Some(other)) = (open(), open()) else { return Ok(()) };
    run(async {
        let mut digests = Vec::new();
        for (host, name) in
            [(one.host(), "a:1"), (one.host(), "b/c:latest"), (other.host(), "a:1"), (one.host(), "a:1")]
        {
            digests.push(client(host).push(&reference(host, name), &agent()).await?.manifest);
        }
        digests.dedup();
        assert_eq!(digests.len(), 1);
        // By its digest alone, without a tag.
        let by_digest = reference(one.host(), "c:x").pinned(digests[0]);
        let by_digest = shipworthy_plugins::Reference { tag: None, ..by_digest };
        client(one.host()).push(&by_digest, &agent()).await?;
        assert_eq!(client(one.host()).resolve(&by_digest).await?, digests[0]);
        Ok(())
    })
}

#[test]
fn nothing_is_sent_that_is_there() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let between = shipworthy_stand_ins::meddler::before(registry.host().parse()?, Vec::new())?;
    let host = between.addr().to_string();
    run(async {
        client(&host).push(&reference(&host, "agent:1"), &agent()).await?;
        let first = between.requests().len();
        client(&host).push(&reference(&host, "agent:2"), &agent()).await?;
        let methods: Vec<String> = between.requests()[first..].iter().map(|sent| sent.method.to_string()).collect();
        assert_eq!(methods, ["HEAD", "HEAD", "PUT"], "{:?}", between.request_lines());
        Ok(())
    })
}

#[test]
fn what_was_damaged_in_the_store_is_never_used_and_fetched_again() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let (_folder, store) = store();
    run(async {
        let tag = reference(registry.host(), "agent:1");
        let client = client(registry.host());
        let pushed = client.push(&tag, &agent()).await?;
        let pinned = tag.pinned(pushed.manifest);
        client.pull(&pinned, &store).await?;
        for (digest, requests) in [(pushed.component, 1), (pushed.manifest, 1)] {
            let file = store.folder().join(format!("blobs/sha256/{digest}"));
            for damage in [b"damaged".to_vec(), Vec::new(), [agent(), agent()].concat()] {
                fs::write(&file, damage)?;
                assert_eq!(store.pulled(pushed.manifest)?, None, "it is not passed on");
                assert!(!file.exists(), "it is removed");
                let again = client.pull(&pinned, &store).await?;
                assert_eq!((again.bytes == agent(), again.requests), (true, requests));
            }
        }
        Ok(())
    })
}

#[test]
fn tags_are_listed() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    run(async {
        let client = client(registry.host());
        for tag in ["1.0.0", "1.1.0", "latest"] {
            client.push(&reference(registry.host(), &format!("agent:{tag}")), &agent()).await?;
        }
        assert_eq!(client.tags(&reference(registry.host(), "agent:any")).await?, ["1.0.0", "1.1.0", "latest"]);
        Ok(())
    })
}

#[test]
fn only_a_component_that_says_who_it_is_is_pushed() -> Result<()> {
    let client = Client::new(options("127.0.0.1:1", plain()));
    let tag = reference("127.0.0.1:1", "agent:1");
    run(async {
        let refused = client.push(&tag, &component::bare(PADDING)?).await;
        assert!(matches!(refused.as_ref().unwrap_err().problem(), Problem::NoDescriptor));
        let core = client.push(&tag, b"\0asm\x01\0\0\0").await;
        let other = client.push(&tag.pinned(Sha256::of(b"other")), &agent()).await;
        let text = [told(refused), told(core), told(other)].concat();
        insta::assert_snapshot!(text);
        Ok(())
    })
}

use super::*;

fn line(digit: char, name: &str) -> String {
    format!("{}  {name}\n", digit.to_string().repeat(64))
}

fn read(text: &str, limits: &Limits) -> Sums {
    Listing::read(text.as_bytes(), &[], limits, || Ok(text.as_bytes()))
}

fn fault(text: &str, limits: &Limits) -> String {
    format!("{:?}", read(text, limits).listing.expect_err("a fault"))
}

#[test]
fn names_are_found_by_their_key_with_their_digest() {
    let text = line('a', "b") + &line('b', "./a") + line('c', "c/d").trim_end();
    let sums = read(&text, &Limits::default());
    assert_eq!(sums.digest, Some(Sha256::of(text.as_bytes())));
    let listing = sums.listing.unwrap();
    assert_eq!((listing.len(), listing.root_digest), (3, None));
    for (name, digit) in [("b", "a"), ("a", "b"), ("c/d", "c")] {
        let row = listing.find(&PathKey::of(name.as_bytes())).unwrap();
        assert_eq!(listing.digest(row).unwrap().to_string(), digit.repeat(64));
        assert_eq!(listing.state(row), State::Unseen);
        listing.set(row, State::Read);
    }
    assert_eq!(listing.find(&PathKey::of(b"d")), None);
    assert_eq!((listing.count(State::Read), listing.count(State::Unseen)), (3, 0));
}

#[test]
fn names_in_order_give_the_root_digest_at_once() {
    let (text, loose) = (line('a', "a") + &line('a', "a/b") + &line('b', "c"), line('a', "a") + &line('b', "./c"));
    let root_digest = |text: &str, exempt: &[PathKey]| {
        Listing::read(text.as_bytes(), exempt, &Limits::default(), || Ok(text.as_bytes())).listing.unwrap().root_digest
    };
    assert_eq!(root_digest(&text, &[]), Some(Sha256::of(text.as_bytes())));
    assert_eq!(root_digest(&text, &[PathKey::of(b"a/b")]), root_digest(&loose, &[]));
}

#[test]
fn faults_are_told_and_every_byte_is_hashed_all_the_same() {
    let few = Limits { tree_files: 2, sums_bytes: 300, folders: 1, ..Limits::default() };
    let three = line('a', "a") + &line('a', "b") + &line('a', "c");
    let bad = line('a', "a") + "garbage\n\n" + &line('a', "../x");
    for (text, expected) in [
        ("", "Empty"),
        (three.as_str(), "TooMany"),
        (
            &bad,
            "Malformed([BadLine { number: 2, fault: Shape }, BadLine { number: 3, fault: Shape }, BadLine { number: 4, fault: NotCanonical }], 3)",
        ),
        (&(line('a', "a") + &line('b', "./a")), "Twice([[97]])"),
    ] {
        assert_eq!(fault(text, &few), expected);
        assert_eq!(read(text, &few).digest, Some(Sha256::of(text.as_bytes())), "{expected}");
    }
    let large = line('a', &"x".repeat(300));
    assert_eq!(fault(&large, &few), "TooLarge");
    assert_eq!(read(&large, &few).digest, None);
}

#[test]
fn a_line_without_end_is_one_bad_line_and_is_not_held() {
    let long = line('a', &"x".repeat(5_000_000)) + &line('a', "b");
    let limits = Limits { folders: 1, ..Limits::default() };
    assert_eq!(fault(&long, &limits), "Malformed([BadLine { number: 1, fault: TooLong }], 1)");
}

#[test]
fn of_a_million_bad_lines_the_first_are_told_and_all_counted() {
    let ListingFault::Malformed(told, count) = read(&"x\n".repeat(1_000), &Limits::default()).listing.unwrap_err()
    else {
        panic!("not malformed")
    };
    assert_eq!((told.len(), count), (MOST_LINES_TOLD, 1_000));
}

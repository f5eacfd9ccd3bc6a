//! Second implementations, as simple as can be, that the real ones are held against by property tests and fuzzers.
//! They are written from `contract.md` alone and share no code with what they check.

/// A line of a sums file: digest in lowercase and name, if it is one.
pub(crate) fn sums_line(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut line = line.to_vec();
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    let escaped = line.first() == Some(&b'\\');
    if escaped {
        line.remove(0);
    }
    let name = line.get(66..)?;
    let digest = String::from_utf8(line.get(..64)?.to_vec()).ok()?;
    let gap = line.get(64..66)?;
    if !digest.chars().all(|digit| digit.is_ascii_hexdigit()) || (gap != b"  " && gap != b" *") {
        return None;
    }
    let mut read = Vec::new();
    let mut at = 0;
    while let Some(byte) = name.get(at) {
        if escaped && *byte == b'\\' {
            at += 1;
            read.push(match name.get(at)? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            });
        } else {
            read.push(*byte);
        }
        at += 1;
    }
    if read.starts_with(b"./") {
        read.drain(..2);
    }
    let mut parts = read.split(|byte| *byte == b'/');
    let canonical = parts.all(|part| !part.is_empty() && part != b"." && part != b"..");
    (canonical && !read.contains(&0)).then(|| (digest.to_lowercase(), read))
}

/// A path cleaned without a look at any file: `ref` of the entry id.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut stack: Vec<String> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part != ".." {
            stack.push(part.to_owned());
        } else if stack.is_empty() || stack.last().is_some_and(|last| last == "..") {
            if !rooted {
                stack.push(part.to_owned());
            }
        } else {
            stack.truncate(stack.len() - 1);
        }
    }
    match (rooted, stack.join("/")) {
        (true, joined) => "/".to_owned() + &joined,
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

/// An entry's id.
pub(crate) fn entry_id(path: &str, parameters: &[(&str, &str)], sha256: &str) -> String {
    let slashed = path.trim().replace('\\', "/");
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let pairs: Vec<String> = sorted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let text = [clean(&slashed), pairs.join("\n"), sha256.trim().to_owned()].join("\n");
    let digest = shipworthy_contract::Sha256::of(text.as_bytes()).to_string();
    let bare = slashed.trim_end_matches('/');
    let file = bare.rsplit('/').next().unwrap_or_default();
    let stem = file.rfind('.').and_then(|dot| file.get(..dot)).unwrap_or(file);
    let mut slug = String::new();
    for c in stem.chars().filter_map(|c| c.to_lowercase().next()) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    let slug = if slug.is_empty() { "template" } else { slug };
    format!("{slug}-{}", digest.get(..8).unwrap_or_default())
}

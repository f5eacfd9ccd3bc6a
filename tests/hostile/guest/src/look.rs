//! What WASI could give away: variables, arguments, standard input, files, sockets, random numbers.
#![expect(clippy::disallowed_methods, reason = "tries every door")]

use std::{
    fs,
    io::Read as _,
    net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket},
};

use serde::Deserialize;

use crate::tell;

/// What is looked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    at: At,
    /// A file's path, or an address.
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    Variables,
    Arguments,
    Stdin,
    Folder,
    ReadFile,
    WriteFile,
    ListFolder,
    Connect,
    Listen,
    Datagram,
    Resolve,
    Random,
}

impl Look {
    pub(crate) fn take(&self) {
        tell(&self.look());
    }

    fn look(&self) -> String {
        let name = self.name.as_str();
        match self.at {
            At::Variables => format!("{} variables", std::env::vars_os().count()),
            At::Arguments => format!("{} arguments", std::env::args_os().count()),
            At::Stdin => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                told("stdin", read.map(|length| format!("{length} bytes")))
            }
            At::Folder => told("folder", std::env::current_dir().map(|path| path.display().to_string())),
            At::ReadFile => told("read", fs::read_to_string(name)),
            At::WriteFile => told("written", fs::write(name, "x").map(|()| String::new())),
            At::ListFolder => told("listed", fs::read_dir(name).map(|entries| entries.count().to_string())),
            At::Connect => told("connected", TcpStream::connect(name).map(|_| String::new())),
            At::Listen => told("listening", TcpListener::bind(name).map(|_| String::new())),
            At::Datagram => told("bound", UdpSocket::bind(name).map(|_| String::new())),
            At::Resolve => told("resolved", name.to_socket_addrs().map(|found| found.count().to_string())),
            At::Random => {
                let numbers = [shipworthy_sdk::random::number(), shipworthy_sdk::random::number()];
                let differ = numbers.first() != numbers.last();
                format!("two random numbers {}", if differ { "differ" } else { "are the same" })
            }
        }
    }
}

fn told(what: &str, result: std::io::Result<String>) -> String {
    match result {
        Ok(text) => format!("{what}: {text}"),
        Err(error) => format!("refused: {error}"),
    }
}

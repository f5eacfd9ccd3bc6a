//! Guests of these tests: components written as text, one wrapper (`guest/probe.wat`) around what each does.
//!
//! A guest is a list of small steps: `Guest::new().fact("a", "b").wat("(unreachable)")`. What has no step of its own is
//! written in WAT, with the helpers that the wrapper defines (`$text`, `$number`, `$log`, `$ask`) and the local `$i`.

use std::fmt::Write as _;

const WRAPPER: &str = include_str!("guest/probe.wat");

/// Where a guest's texts begin in its memory; below it lie results.
const TEXTS: usize = 1_024;

/// Bytes of one page of memory.
const PAGE: usize = 1 << 16;

/// A component that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guest {
    allocator: String,
    start: String,
    observe: String,
    component: String,
    module: String,
    lowered: String,
    core_imports: String,
    core_exports: String,
    data: Vec<u8>,
}

/// A function that a guest imports from elsewhere than `shipworthy:probe`.
pub(crate) struct Foreign<'a> {
    /// The imports, as items of a component.
    pub(crate) imports: &'a str,
    /// The identifier that the imports give to the instance.
    pub(crate) instance: &'a str,
    /// The function's name in the instance.
    pub(crate) function: &'a str,
    /// The identifier that the core module may call it by.
    pub(crate) called: &'a str,
    /// Its lowered signature.
    pub(crate) signature: &'a str,
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gives a fact with a text.
    pub(crate) fn fact(mut self, key: &str, value: &str) -> Self {
        let (key, value) = (self.place(key), self.place(value));
        self.wat(&format!("(call $text {key} {value})"))
    }

    /// Gives a fact with the number that an expression of type f64 has.
    pub(crate) fn number(mut self, key: &str, expression: &str) -> Self {
        let key = self.place(key);
        self.wat(&format!("(call $number {key} {expression})"))
    }

    /// Writes one line of log.
    pub(crate) fn log(mut self, text: &str) -> Self {
        let text = self.place(text);
        self.wat(&format!("(call $log {text})"))
    }

    /// Writes a message at the level `error`.
    pub(crate) fn error(mut self, text: &str) -> Self {
        let text = self.place(text);
        self.wat(&format!("(call $host-write (i32.const 3) {text})"))
    }

    /// Sends a GET request and gives a fact about its answer. The key is `9:PATH` with the status, or for an error its
    /// case in digits (`0` is not-granted) with the error's text.
    pub(crate) fn get(mut self, role: Option<&str>, path: &str) -> Self {
        let given = u8::from(role.is_some());
        let (role, asked) = (self.place(role.unwrap_or_default()), self.place(path));
        let key = self.place(&format!("?:{path}"));
        self.wat(&format!("(call $ask (i32.const {given}) {role} {asked} {key})"))
    }

    /// Does in `observe` what the text says.
    pub(crate) fn wat(mut self, code: &str) -> Self {
        self.observe.push_str(code);
        self
    }

    /// Repeats steps without end.
    pub(crate) fn endlessly(self, steps: impl FnOnce(Self) -> Self) -> Self {
        steps(self.wat("(loop $endless ")).wat("(br $endless))")
    }

    /// Repeats steps so many times; uses the local `$i`.
    pub(crate) fn times(self, count: u32, steps: impl FnOnce(Self) -> Self) -> Self {
        let begun = self.wat(&format!("(local.set $i (i32.const {count})) (loop $times "));
        steps(begun).wat("(br_if $times (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))")
    }

    /// Does in the start function what the text says.
    pub(crate) fn start(mut self, code: &str) -> Self {
        self.start.push_str(code);
        self
    }

    /// Does in the allocator what the text says, whenever the host passes something.
    pub(crate) fn allocator(mut self, code: &str) -> Self {
        self.allocator.push_str(code);
        self
    }

    /// Adds fields to the core module.
    pub(crate) fn module(mut self, fields: &str) -> Self {
        self.module.push_str(fields);
        self
    }

    /// Adds items to the component.
    pub(crate) fn component(mut self, items: &str) -> Self {
        self.component.push_str(items);
        self
    }

    /// Imports a function from elsewhere.
    pub(crate) fn foreign(mut self, foreign: &Foreign<'_>) -> Self {
        let Foreign { imports, instance, function, called, signature } = foreign;
        let lower = format!("(func {instance} \"{function}\") (memory $memory) (realloc $realloc)");
        let texts = [
            (&mut self.lowered, format!("(core func {called} (canon lower {lower}))")),
            (&mut self.core_imports, format!("(import \"host\" \"{called}\" (func {called} {signature}))")),
            (&mut self.core_exports, format!("(export \"{called}\" (func {called}))")),
        ];
        for (all, text) in texts {
            all.push_str(&text);
        }
        self.component(imports)
    }

    /// The component.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let end = TEXTS + self.data.len();
        // Room for what the host gives back.
        let pages = (end / PAGE + 2).to_string();
        let data = self.data.iter().fold(String::new(), |mut data, byte| {
            write!(data, "\\{byte:02x}").unwrap();
            data
        });
        let text = [
            ("pages", &pages),
            ("heap", &end.to_string()),
            ("data", &data),
            ("allocator", &self.allocator),
            ("start", &self.start),
            ("observe", &self.observe),
            ("component", &self.component),
            ("module", &self.module),
            ("lowered", &self.lowered),
            ("core-imports", &self.core_imports),
            ("core-exports", &self.core_exports),
        ]
        .into_iter()
        .fold(WRAPPER.to_owned(), |text, (place, what)| text.replace(&format!("(;{place};)"), what));
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Keeps a text in the guest's memory, and gives its place and length as two operands.
    fn place(&mut self, text: &str) -> String {
        let at = TEXTS + self.data.len();
        self.data.extend_from_slice(text.as_bytes());
        format!("(i32.const {at}) (i32.const {})", text.len())
    }
}

//! The forms that a line of needs or grants can have, for who documents them.

/// One form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// How it is written: words in capitals stand for what the line says.
    pub form: &'static str,
    /// One that can be pasted.
    pub example: &'static str,
    /// The function of the WIT that asks for it.
    pub call: &'static str,
    /// What it allows.
    pub allows: &'static str,
}

/// All of them.
pub const FORMS: [Form; 7] = [
    Form {
        form: "http[@ROLE] METHOD PATTERN",
        example: "http@metrics GET /metrics",
        call: "http.send, http.send-all",
        allows: "requests to the endpoint of the role, main without one; the query is not matched",
    },
    Form {
        form: "grpc[@ROLE] SERVICE/METHOD",
        example: "grpc grpc.health.v1.Health/Check",
        call: "grpc.invoke",
        allows: "unary calls of this method",
    },
    Form {
        form: "container SERVICE",
        example: "container .",
        call: "containers.find",
        allows: "finding the containers of a compose service or a group, with their state, health, image and exit code",
    },
    Form {
        form: "env SERVICE NAME",
        example: "env . ESB_TAG",
        call: "containers.env",
        allows: "reading one variable of them; never a pattern, since an environment holds secrets",
    },
    Form {
        form: "label SERVICE NAME",
        example: "label . org.example.*",
        call: "containers.label",
        allows: "reading labels of them; the name may be a pattern",
    },
    Form {
        form: "file SERVICE PATTERN",
        example: "file . /opt/hooks/*.py",
        call: "containers.sha256, containers.read-file",
        allows: "the digest and the bytes of regular files in them",
    },
    Form {
        form: "logs SERVICE",
        example: "logs .",
        call: "containers.logs",
        allows: "the last lines of their logs, secrets masked",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::Grant;

    #[test]
    fn every_example_is_a_line() {
        for form in FORMS {
            assert_eq!(form.example.parse::<Grant>().map(|grant| grant.to_string()).as_deref(), Ok(form.example));
            let kind = |text: &str| text.split([' ', '@', '[']).next().unwrap_or_default().to_owned();
            assert_eq!(kind(form.form), kind(form.example));
        }
    }
}

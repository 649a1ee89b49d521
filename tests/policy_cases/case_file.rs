//! The Markdown of a case file: its configuration folder, its sentences, its blocks.

use std::fmt::Write as _;

/// A file of cases.
#[derive(Debug)]
pub(crate) struct CaseFile {
    /// The folder that the line `Configuration: …` names.
    pub configuration: String,
    pub pieces: Vec<Piece>,
}

/// A stretch of a file.
#[derive(Debug)]
pub(crate) enum Piece {
    Prose(String),
    Block(Block),
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// What stands behind the opening fence: `sql database=analysis`.
    pub info: String,
    pub body: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// One case: a statement and what is expected of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The sentence above it.
    pub sentence: String,
    /// Which piece the statement is.
    pub at: usize,
    /// Which pieces say what is expected.
    pub expected: Vec<usize>,
}

impl CaseFile {
    pub(crate) fn read(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let Some(info) = line.strip_prefix("```") else {
                match pieces.last_mut() {
                    Some(Piece::Prose(prose)) => *prose = format!("{prose}{line}\n"),
                    _ => pieces.push(Piece::Prose(format!("{line}\n"))),
                }
                continue;
            };
            let body: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            pieces.push(Piece::Block(Block { info: info.to_owned(), body: body.join("\n"), line: number + 1 }));
        }
        let configuration = text.lines().find_map(|line| line.strip_prefix("Configuration: `")?.split('`').next());
        Self { configuration: configuration.expect("a line `Configuration: …`").to_owned(), pieces }
    }

    pub(crate) fn write(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Prose(prose) => text.push_str(prose),
                Piece::Block(Block { info, body, line: _ }) if body.is_empty() => writeln!(text, "```{info}\n```").unwrap(),
                Piece::Block(Block { info, body, line: _ }) => writeln!(text, "```{info}\n{body}\n```").unwrap(),
            }
        }
        text
    }

    pub(crate) fn block(&self, at: usize) -> &Block {
        match &self.pieces[at] {
            Piece::Block(block) => block,
            Piece::Prose(prose) => panic!("no block: {prose}"),
        }
    }

    /// The cases: each `sql` and `relation` block begins one.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let mut sentence = String::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Prose(prose) => {
                    let heading = prose.lines().rev().find_map(|line| line.strip_prefix("## "));
                    sentence = heading.map_or(sentence, str::to_owned);
                }
                Piece::Block(block) if matches!(block.kind(), "sql" | "relation" | "view") => {
                    cases.push(Case { sentence: sentence.clone(), at, expected: Vec::new() });
                }
                Piece::Block(_) => cases.last_mut().expect("a statement before what is expected").expected.push(at),
            }
        }
        cases
    }
}

impl Block {
    /// The first word.
    pub(crate) fn kind(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    /// The other words.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.info.split_whitespace().skip(1)
    }

    /// `key=value`
    pub(crate) fn option(&self, key: &str) -> Option<&str> {
        self.words().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

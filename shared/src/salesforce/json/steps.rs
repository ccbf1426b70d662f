//! The way through a text, token by token.

use json_event_parser::JsonEvent;

use super::document::{Shape, Step};
use super::error::JsonError;
use super::skip::{self, Passed, Skip};
use super::{JsonReader, parser};

const UNCLOSED: &str = "a text is not closed before the end of its line";

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What a step through the text led to.
enum Progress {
    /// A record.
    Record,
    /// Something that should be a record and is none.
    NoRecord,
    /// Another step is possible.
    On,
    /// More input is needed.
    Wait,
}

impl JsonReader {
    /// Goes on to the end of a record, or (`false`) of what should be one.
    pub(super) fn find(&mut self) -> Option<bool> {
        while self.fault.is_none() {
            let progress = match self.skip {
                Some(skip) => self.pass_over(skip),
                None if self.document.is_outside() => self.begin(),
                None => self.parse(),
            };
            match progress {
                Progress::Record => return Some(true),
                Progress::NoRecord => return Some(false),
                Progress::On => {}
                Progress::Wait => return None,
            }
        }
        None
    }

    /// Takes one event.
    fn parse(&mut self) -> Progress {
        let at_start = self.input.at_line_start();
        let Some((window, is_cut)) = self.input.window() else { return Progress::Wait };
        // The end is never announced: whatever is unfinished there is broken off, and the parser
        // would not tell where it began.
        let parsed = self.parser.parse_next(window, false);
        let consumed = parsed.consumed_bytes;
        let (before, token) = window.split_at_checked(consumed).unwrap_or_default();
        let begins_line = self.begins_line(before, at_start);
        match parsed.event {
            Some(Ok(JsonEvent::StartObject)) if begins_line => {
                self.advance(consumed.saturating_sub(1));
                self.broken("a record begins before the one before it has ended")
            }
            Some(Ok(event)) => {
                let reached = self.length.saturating_add(consumed);
                let step = self.document.take(event, reached <= self.limits.record_bytes);
                self.advance(consumed);
                self.follow(step)
            }
            Some(Err(error)) => {
                let start = skip::token_start(before);
                let is_unclosed = skip::is_unclosed(before.get(start..).unwrap_or_default());
                self.advance(start);
                self.broken(if is_unclosed { UNCLOSED } else { error.message() })
            }
            None if skip::is_unclosed(token) => {
                self.advance(consumed);
                self.broken(UNCLOSED)
            }
            None if is_cut && consumed == 0 => {
                let is_text = token.first() == Some(&b'"');
                self.pass_over_token(is_text)
            }
            None => {
                self.advance(consumed);
                if is_cut {
                    Progress::On
                } else if self.input.is_finished() {
                    self.broken_off()
                } else {
                    self.input.wait();
                    Progress::Wait
                }
            }
        }
    }

    /// Whether a token of one byte, the last of these, begins a line although a record is open, among
    /// records of a line each: the one before was cut, and must not take this one in.
    fn begins_line(&self, bytes: &[u8], at_start: bool) -> bool {
        if self.document.shape() != Some(Shape::Lines) || self.document.is_outside() {
            return false;
        }
        match bytes {
            [.., before, _] => matches!(before, b'\r' | b'\n'),
            _ => at_start,
        }
    }

    fn follow(&mut self, step: Step) -> Progress {
        if self.document.is_outside() {
            // The parser reads one document; another one may follow.
            self.parser = parser();
        }
        match step {
            Step::Nothing => Progress::On,
            Step::Begin => {
                // The brace that was just read is the first byte.
                (self.line, self.length) = (self.input.line(), 1);
                Progress::On
            }
            Step::Record => Progress::Record,
            Step::NoRecord => {
                self.line = self.input.line();
                Progress::NoRecord
            }
        }
    }

    /// Moves to where a document begins.
    fn begin(&mut self) -> Progress {
        let rest = self.input.rest();
        let text = rest.trim_ascii_start();
        let (blanks, first) = (rest.len() - text.len(), text.first().copied());
        let (is_bom, may_become_one) = (text.starts_with(BOM), BOM.starts_with(text));
        self.advance(blanks);
        match first {
            None => {
                if self.input.is_finished() && self.document.shape().is_none() {
                    self.fault = Some(JsonError::NoRecords);
                }
                Progress::Wait
            }
            // Joined files have one in the middle.
            Some(_) if is_bom => {
                self.advance(BOM.len());
                Progress::On
            }
            Some(_) if may_become_one && !self.input.is_finished() => Progress::Wait,
            Some(first) if self.document.may_begin(first) => self.parse(),
            Some(_) => {
                self.line = self.input.line();
                self.broken("no record begins there")
            }
        }
    }

    /// Passes over a token that is too large to be seen whole.
    fn pass_over_token(&mut self, is_text: bool) -> Progress {
        if !is_text {
            return self.broken("a number is far too long");
        }
        self.advance(1);
        self.skip = Some(Skip::Text { escaped: false });
        Progress::On
    }

    fn pass_over(&mut self, mut skip: Skip) -> Progress {
        let rest = self.input.rest();
        let (passed, all) = (skip.over(rest), rest.len());
        let is_text = matches!(skip, Skip::Text { .. });
        match passed {
            Passed::All => {
                self.advance(all);
                self.skip = Some(skip).filter(|_| !self.input.is_finished());
                match self.skip {
                    Some(_) => Progress::Wait,
                    None if is_text => self.broken_off(),
                    None => Progress::On,
                }
            }
            Passed::Broken(length) => {
                self.advance(length);
                self.broken(UNCLOSED)
            }
            Passed::Done(length) => {
                self.advance(length);
                self.skip = None;
                if is_text { self.take_empty_text() } else { Progress::On }
            }
        }
    }

    /// Tells the parser that a text was there, which was too large for it.
    fn take_empty_text(&mut self) -> Progress {
        match self.parser.parse_next(b"\"\"", false).event {
            Some(Ok(event)) => {
                let step = self.document.take(event, false);
                self.follow(step)
            }
            Some(Err(error)) => self.broken(error.message()),
            None => Progress::On,
        }
    }

    /// What stands here is no JSON.
    fn broken(&mut self, reason: &str) -> Progress {
        let line = self.input.line();
        self.leave(line, || JsonError::Broken { line, reason: reason.to_owned() })
    }

    /// The text ends before the value does that is here.
    fn broken_off(&mut self) -> Progress {
        let line = self.input.line();
        self.leave(line, || JsonError::Truncated { line })
    }

    /// Leaves what cannot be read: the rest of the line where each is a record, and everything where
    /// it is part of a whole.
    fn leave(&mut self, line: u64, fault: impl FnOnce() -> JsonError) -> Progress {
        if !self.document.leave() {
            self.fault = Some(fault());
            return Progress::Wait;
        }
        self.parser = parser();
        let at_start = self.input.at_line_start();
        self.skip = Some(if line == self.line { Skip::Line } else { Skip::Record { at_start } });
        Progress::NoRecord
    }

    fn advance(&mut self, length: usize) {
        self.input.advance(length);
        self.length = self.length.saturating_add(length);
    }
}

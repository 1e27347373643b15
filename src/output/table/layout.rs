//! How wide each column is, so that a line fits.

use unicode_width::UnicodeWidthStr;

use super::{Column, Nature, Table, shortened};

/// The widths of the columns, and the blanks between two of them.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) widths: Vec<usize>,
    pub(super) gap: usize,
}

/// The least that a name, and a sentence, are read in.
const NAME: usize = 7;
const SENTENCE: usize = 24;
/// A name that has more gives it up before an instant loses its hour.
const LONG_NAME: usize = 20;
/// `2026-11-18`.
const DAY: usize = 10;

/// Widths with which the table fits; none when it cannot.
pub(super) fn fit(table: &Table, width: usize) -> Option<Layout> {
    let natural: Vec<usize> = (0..table.columns.len()).map(|index| natural(table, index)).collect();
    let mut widths = natural.clone();
    for (step, gap) in STEPS {
        for (width, column) in widths.iter_mut().zip(&table.columns) {
            *width = (*width).min(step.most(column));
        }
        let needed = widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1);
        if needed <= width {
            give_back(table, &mut widths, &natural, width - needed);
            return Some(Layout { widths, gap });
        }
    }
    None
}

/// What is tried, one after the other, and with how many blanks between columns.
const STEPS: [(Step, usize); 6] = [
    (Step::AsItIs, 2),
    (Step::Sentences, 2),
    (Step::LongNames, 2),
    (Step::Instants, 2),
    (Step::Names, 2),
    (Step::AsItIs, 1),
];

#[derive(Clone, Copy)]
enum Step {
    AsItIs,
    Sentences,
    LongNames,
    Instants,
    Names,
}

impl Step {
    /// The most that it leaves to a column.
    fn most(self, column: &Column) -> usize {
        match (self, column.nature) {
            (Step::Sentences, Nature::Sentence) => SENTENCE,
            (Step::LongNames, Nature::Name) => LONG_NAME,
            (Step::Instants, Nature::Instant) => DAY,
            (Step::Names, Nature::Name) => NAME.max(column.heading.width()),
            _ => usize::MAX,
        }
    }
}

/// Room that is left goes to the sentences, then to the names; an instant has its hour or has not.
fn give_back(table: &Table, widths: &mut [usize], natural: &[usize], mut left: usize) {
    for nature in [Nature::Sentence, Nature::Name] {
        let mut open: Vec<usize> = (0..widths.len())
            .filter(|index| table.columns[*index].nature == nature && widths[*index] < natural[*index])
            .collect();
        // The shorter ones first: what they do not need is the others'.
        open.sort_by_key(|index| natural[*index] - widths[*index]);
        for (position, index) in open.iter().enumerate() {
            let share = (left / (open.len() - position)).min(natural[*index] - widths[*index]);
            widths[*index] += share;
            left -= share;
        }
    }
}

fn natural(table: &Table, index: usize) -> usize {
    let cells = table.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
    cells.chain([table.columns[index].heading.width()]).max().unwrap_or_default()
}

/// A cell in lines of its column's width.
pub(super) fn pieces(cell: &str, nature: Nature, width: usize) -> Vec<String> {
    match nature {
        Nature::Whole => vec![cell.to_owned()],
        Nature::Name => vec![shortened(cell, width)],
        Nature::Instant if cell.width() > width => vec![cell.get(..DAY).unwrap_or(cell).to_owned()],
        Nature::Instant => vec![cell.to_owned()],
        Nature::Sentence => wrapped(cell, width),
    }
}

/// Words in lines; a word that is longer than a line stays whole: it is an address or a key.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let fits = lines.last().is_some_and(|line| line.is_empty() || line.width() + 1 + word.width() <= width);
        if !fits {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

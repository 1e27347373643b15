//! What the books need of each document, written once with the document: read from its XML when it comes in, never again.

use rusqlite::{Connection, params};
use rust_decimal::Decimal;

use super::document_id::DocumentId;
use crate::document::{ConfirmedTax, Figures};
use crate::named::Named;

/// Stores the figures of a document.
pub(super) fn keep(connection: &Connection, document: DocumentId, figures: &Figures) -> rusqlite::Result<()> {
    let confirmed = figures.confirmation.as_ref();
    let confirmed_amount = |of: fn(&ConfirmedTax) -> Option<Decimal>| confirmed.and_then(of).map(text);
    connection
        .prepare_cached(
            "INSERT INTO figures (document_id, counts_on, emisor_activity, receptor_activity, sale_condition, credit_days,
                 exchange_rate, other_charges, returned_iva, total_tax, tax_condition, creditable_tax, expense)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            document.0,
            figures.counts_on.map(|day| day.to_string()),
            figures.emisor_activity,
            figures.receptor_activity,
            figures.sale_condition,
            figures.credit_days,
            figures.exchange_rate.map(text),
            text(figures.other_charges),
            text(figures.returned_iva),
            figures.total_tax.map(text),
            confirmed.and_then(|confirmed| confirmed.condition.as_deref()),
            confirmed_amount(|confirmed| confirmed.creditable),
            confirmed_amount(|confirmed| confirmed.expense),
        ])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO tax_rows (document_id, position, code, rate_code, rate, class, supply, gross, discounts, base, tax,
             exonerated, assumed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (index, row) in figures.rows.iter().enumerate() {
        insert.execute(params![
            document.0,
            index + 1,
            row.code,
            row.rate_code,
            row.rate.map(text),
            row.class.name(),
            row.supply.map(Named::name),
            text(row.gross),
            text(row.discounts),
            text(row.base),
            text(row.tax),
            text(row.exonerated),
            text(row.assumed),
        ])?;
    }
    Ok(())
}

/// An amount without trailing zeros: sums have as many decimals as the longest of their parts, which says nothing.
fn text(amount: Decimal) -> String {
    amount.normalize().to_string()
}

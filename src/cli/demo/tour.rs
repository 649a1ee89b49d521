//! What is worth trying, by whom, and what must come of it. `--check` runs all of it; the guide shows what has a note.

use super::people::Who;

/// One thing to try.
pub(super) struct Stop {
    pub(super) who: Who,
    /// What it shows; an empty one is run by `--check` only.
    pub(super) note: &'static str,
    /// As typed into psql.
    pub(super) input: &'static str,
    pub(super) wanted: Wanted,
}

/// What must come of it.
pub(super) enum Wanted {
    /// The rows that the warehouse's owner gets with this query.
    Same(&'static str),
    /// So many lines; all of these texts are in them, none of those.
    Lines { count: usize, has: &'static [&'static str], lacks: &'static [&'static str] },
    /// No rows, and an error of this SQLSTATE whose report holds the text.
    Refused(&'static str, &'static str),
    /// An error of this SQLSTATE, and afterwards these last lines.
    Recovers(&'static str, &'static str),
}

use Wanted::{Lines, Recovers, Refused, Same};
use Who::{Jane, Noor};

/// In the order in which they are shown and run.
pub(super) const TOUR: &[Stop] = &[
    Stop {
        who: Jane,
        note: "numbers are pseudonyms, contacts are masked",
        input: "SELECT id, email, phone, birth_date, postcode, last_ip FROM crm.customers LIMIT 3;",
        wanted: Lines { count: 3, has: &["@masked.invalid", "-01-01", "********", "**|"], lacks: &[".example", " 555 "] },
    },
    Stop {
        who: Jane,
        note: "all that there is, and no more",
        input: "SELECT * FROM crm.customers LIMIT 1;",
        wanted: Lines { count: 1, has: &["\"plan\"", "EMEA"], lacks: &["emergency_contact", "newsletter", ".example"] },
    },
    Stop {
        who: Jane,
        note: "other regions, and customers who left, do not exist",
        input: "SELECT region, count(*) FROM crm.customers GROUP BY region;",
        wanted: Same("SELECT region, count(*) FROM crm.customers WHERE region = 'EMEA' AND deleted_at IS NULL GROUP BY region"),
    },
    Stop {
        who: Jane,
        note: "pseudonyms join",
        input: "SELECT c.tier, count(*), sum(o.amount) FROM crm.customers c JOIN sales.orders o ON o.customer_id = c.id GROUP BY c.tier ORDER BY c.tier;",
        wanted: Same(
            "SELECT c.tier, count(*), sum(o.amount) FROM crm.customers c JOIN sales.orders o ON o.customer_id = c.id \
             WHERE c.region = 'EMEA' AND c.deleted_at IS NULL AND o.region = 'EMEA' GROUP BY c.tier ORDER BY c.tier",
        ),
    },
    Stop {
        who: Jane,
        note: "a filter sees the mask, not the address behind it",
        input: "SELECT count(*) FROM crm.customers WHERE email LIKE '%.example';",
        wanted: Same("SELECT 0"),
    },
    Stop {
        who: Jane,
        note: "",
        input: "SELECT attrs ->> 'plan' AS plan, count(*) FROM crm.customers WHERE 'books' = ANY (interests) GROUP BY 1 ORDER BY 1;",
        wanted: Same(
            "SELECT attrs ->> 'plan', count(*) FROM crm.customers WHERE 'books' = ANY (interests) AND region = 'EMEA' \
             AND deleted_at IS NULL GROUP BY 1 ORDER BY 1",
        ),
    },
    Stop {
        who: Jane,
        note: "",
        input: "SELECT kind, count(*) FROM web.events GROUP BY kind ORDER BY kind;",
        wanted: Same("SELECT kind, count(*) FROM web.events GROUP BY kind ORDER BY kind"),
    },
    Stop {
        who: Jane,
        note: "a hidden column does not exist",
        input: "SELECT ssn FROM crm.customers;",
        wanted: Refused("42703", "column \"ssn\" does not exist"),
    },
    Stop {
        who: Jane,
        note: "nor does a hidden table",
        input: "SELECT * FROM sales.payments;",
        wanted: Refused("42P01", "relation \"sales.payments\" does not exist"),
    },
    Stop { who: Jane, note: "nothing can be written", input: "DELETE FROM crm.customers;", wanted: Refused("42501", "DELETE") },
    Stop {
        who: Jane,
        note: "nor smuggled behind something harmless",
        input: "SELECT 1\\; DROP TABLE crm.customers;",
        wanted: Refused("42501", "DROP"),
    },
    Stop {
        who: Jane,
        note: "",
        input: "SELECT pg_read_file('/etc/passwd');",
        wanted: Refused("42501", "function pg_read_file is not available here"),
    },
    Stop {
        who: Jane,
        note: "",
        input: "BEGIN;\nSELECT nothing;\nSELECT 1;\nROLLBACK;\nSELECT 'back again';",
        wanted: Recovers("25P02", "back again"),
    },
    Stop {
        who: Jane,
        note: "what \\d and \\dt show is the contract",
        input: "\\dt crm.*",
        wanted: Lines { count: 2, has: &["customers", "tickets"], lacks: &["addresses"] },
    },
    Stop {
        who: Jane,
        note: "",
        input: "\\copy (SELECT status, count(*) FROM sales.orders GROUP BY status ORDER BY status) TO STDOUT WITH (FORMAT csv, DELIMITER '|')",
        wanted: Same("SELECT status, count(*) FROM sales.orders WHERE region = 'EMEA' GROUP BY status ORDER BY status"),
    },
    Stop {
        who: Noor,
        note: "what sells, by category",
        input: "SELECT p.category, sum(i.quantity) FROM sales.order_items i JOIN sales.products p ON p.id = i.product_id GROUP BY 1 ORDER BY 2 DESC;",
        wanted: Same(
            "SELECT p.category, sum(i.quantity) FROM sales.order_items i JOIN sales.products p ON p.id = i.product_id GROUP BY 1 ORDER BY 2 DESC",
        ),
    },
    Stop {
        who: Noor,
        note: "amounts are rounded to tens for this vendor",
        input: "SELECT id, status, amount FROM sales.orders ORDER BY id LIMIT 3;",
        wanted: Same("SELECT id, status, round(amount, -1)::numeric(12,2) FROM sales.orders ORDER BY id LIMIT 3"),
    },
    Stop {
        who: Noor,
        note: "a view of the warehouse",
        input: "SELECT * FROM sales.monthly_revenue ORDER BY month DESC, region LIMIT 3;",
        wanted: Same("SELECT * FROM sales.monthly_revenue ORDER BY month DESC, region LIMIT 3"),
    },
    Stop {
        who: Noor,
        note: "a function that the warehouse's owner opened",
        input: "SELECT sales.net_amount(119.00, 0.19);",
        wanted: Same("SELECT 100.00"),
    },
    Stop {
        who: Noor,
        note: "the other vendor's tables are not hers",
        input: "SELECT * FROM crm.customers;",
        wanted: Refused("42P01", "relation \"crm.customers\" does not exist"),
    },
    Stop {
        who: Noor,
        note: "",
        input: "SELECT customer_id FROM sales.orders;",
        wanted: Refused("42703", "column \"customer_id\" does not exist"),
    },
    Stop {
        who: Noor,
        note: "too much is an error, never a part of it",
        input: "SELECT count(*) FROM (SELECT id FROM sales.orders) AS all_of_them;\n\\o /dev/null\nSELECT id FROM sales.orders;",
        wanted: Recovers("53400", "40000"),
    },
    Stop {
        who: Noor,
        note: "",
        input: "\\copy sales.products TO STDOUT",
        wanted: Refused("42501", "COPY is not allowed by this grant"),
    },
];

impl Stop {
    /// It is refused as a whole.
    pub(super) const fn is_refused(&self) -> bool {
        matches!(self.wanted, Wanted::Refused(_, _))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_people_have_things_to_try_that_work_and_that_do_not() {
        for who in [Jane, Noor] {
            let mine = || TOUR.iter().filter(|stop| stop.who == who);
            assert!(mine().any(|stop| !stop.is_refused() && !stop.note.is_empty()));
            assert!(mine().any(|stop| stop.is_refused() && !stop.note.is_empty()));
        }
    }
}

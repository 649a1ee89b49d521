//! Calls and windows.

use crate::parse::syntax::{Call, Expr, Frame, FrameBound, FrameExclusion, FrameUnits, Over, SortKey, Window};

use super::{CallStyle, Printer, Style};

impl<S: Style> Printer<'_, S> {
    /// A call with everything that hangs on it.
    pub(super) fn call(&mut self, call: &Call) {
        let Call { id: _, at: _, name, arguments, star, distinct, variadic, order_by, within_group, filter, over } = call;
        match self.style.call(call) {
            CallStyle::AsWritten => self.name(name),
            CallStyle::Named(name) => self.push(&name),
            CallStyle::Replaced(replace) => {
                let printed: Vec<String> = arguments.iter().map(|argument| self.aside(|p| p.expr(&argument.value))).collect();
                let text = replace(&printed);
                return self.push(&text);
            }
        }
        self.push(if *distinct { "(DISTINCT " } else { "(" });
        self.push(if *star { "*" } else { "" });
        let last = arguments.len().saturating_sub(1);
        for (index, argument) in arguments.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" });
            self.push(if *variadic && index == last { "VARIADIC " } else { "" });
            if let Some(name) = &argument.name {
                self.ident(name);
                self.push(" => ");
            }
            let around = self.style.around_argument(call, index);
            self.push(around.as_ref().map_or("", |(before, _)| before));
            match self.style.argument(call, index) {
                Some(ours) => self.push(&ours),
                None => self.expr(&argument.value),
            }
            self.push(around.map_or("", |(_, behind)| behind));
        }
        self.order_by(order_by);
        self.push(")");
        if !within_group.is_empty() {
            self.push(" WITHIN GROUP (");
            self.push("ORDER BY ");
            self.sort_keys(within_group);
            self.push(")");
        }
        self.filter_and_over(filter.as_ref(), over.as_ref());
    }

    /// What may follow any aggregate.
    pub(super) fn filter_and_over(&mut self, filter: Option<&Expr>, over: Option<&Over>) {
        if let Some(filter) = filter {
            self.push(" FILTER (WHERE ");
            self.expr(filter);
            self.push(")");
        }
        match over {
            None => {}
            Some(Over::Named(name)) => {
                self.push(" OVER ");
                self.ident(name);
            }
            Some(Over::Window(window)) => {
                self.push(" OVER ");
                self.window(window);
            }
        }
    }

    /// ` ORDER BY …`, or nothing.
    pub(super) fn order_by(&mut self, keys: &[SortKey]) {
        if !keys.is_empty() {
            self.push(" ORDER BY ");
            self.sort_keys(keys);
        }
    }

    pub(super) fn sort_keys(&mut self, keys: &[SortKey]) {
        use crate::parse::syntax::Nulls;
        self.separated(keys, ", ", |printer, SortKey { expr, descending, using, nulls }| {
            printer.expr(expr);
            if let Some(op) = using {
                let op = printer.style.operator(op);
                printer.push(" USING ");
                printer.push(&op);
            }
            printer.push(match descending {
                None => "",
                Some(true) => " DESC",
                Some(false) => " ASC",
            });
            printer.push(match nulls {
                None => "",
                Some(Nulls::First) => " NULLS FIRST",
                Some(Nulls::Last) => " NULLS LAST",
            });
        });
    }

    /// A window definition, in parentheses.
    pub(super) fn window(&mut self, window: &Window) {
        let Window { base, partition_by, order_by, frame } = window;
        self.push("(");
        if let Some(base) = base {
            self.ident(base);
        }
        if !partition_by.is_empty() {
            self.push(" PARTITION BY ");
            self.exprs(partition_by);
        }
        self.order_by(order_by);
        if let Some(frame) = frame {
            self.frame(frame);
        }
        self.push(")");
    }

    fn frame(&mut self, frame: &Frame) {
        let Frame { units, start, end, exclusion } = frame;
        self.push(match units {
            FrameUnits::Groups => " GROUPS ",
            FrameUnits::Range => " RANGE ",
            FrameUnits::Rows => " ROWS ",
        });
        match end {
            None => self.bound(start),
            Some(end) => {
                self.push("BETWEEN ");
                self.bound(start);
                self.push(" AND ");
                self.bound(end);
            }
        }
        self.push(match exclusion {
            None => "",
            Some(FrameExclusion::CurrentRow) => " EXCLUDE CURRENT ROW",
            Some(FrameExclusion::Group) => " EXCLUDE GROUP",
            Some(FrameExclusion::NoOthers) => " EXCLUDE NO OTHERS",
            Some(FrameExclusion::Ties) => " EXCLUDE TIES",
        });
    }

    fn bound(&mut self, bound: &FrameBound) {
        let (offset, side) = match bound {
            FrameBound::CurrentRow => return self.push("CURRENT ROW"),
            FrameBound::Following(offset) => (offset, "FOLLOWING"),
            FrameBound::Preceding(offset) => (offset, "PRECEDING"),
        };
        match offset {
            Some(offset) => self.expr(offset),
            None => self.push("UNBOUNDED"),
        }
        self.push(" ");
        self.push(side);
    }
}

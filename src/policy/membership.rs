//! Which vendor a person works for and which grants the person may use.

use super::document::{Grant, Group, Policy, Vendor};

impl Group {
    /// A person whom `provider` vouches for, with these groups of that provider, belongs to this group.
    pub fn has_member(&self, provider: &str, groups: &[String]) -> bool {
        self.identity_providers.iter().any(|name| name.value == provider) && groups.contains(&self.matches)
    }
}

impl Policy {
    /// The vendors that claim the person: exactly one for a person who may log in; more than one is a mistake of the policy.
    pub fn vendors_of(&self, provider: &str, groups: &[String]) -> Vec<&Vendor> {
        self.vendors.iter().filter(|vendor| vendor.groups.iter().any(|group| group.has_member(provider, groups))).collect()
    }

    /// The grants of that vendor that have the person among their members, in the order of the file.
    pub fn grants_of<'p>(&'p self, vendor: &Vendor, provider: &str, groups: &[String]) -> Vec<&'p Grant> {
        let belongs =
            |member: &str| vendor.groups.iter().any(|group| group.name.value == member && group.has_member(provider, groups));
        let of_vendor = self.grants.iter().filter(|grant| grant.vendor.value == vendor.name);
        of_vendor.filter(|grant| grant.members.iter().any(|member| belongs(&member.value))).collect()
    }
}

// Records that could not be read are set apart, visibly, and come out again when they come whole: the same
// for people, accounts and users (I1, I12). Pure, any thread.
#pragma once

#include <vector>

#include "reconcile/page.h"

namespace prospectd::reconcile {

/// Adds the ids whose dead letters decide what becomes of `bad`.
void add_keys_of_bad(PageKeys& keys, const std::vector<BadInput>& bad);
/// A record that could not be read: a dead letter, unless it has one already.
void set_apart(Plan& plan, PageSnapshot& snapshot, const std::string& object, const BadInput& bad,
               Timestamp now);
/// A record that came whole: its dead letter goes, where it has one.
void take_back(Plan& plan, PageSnapshot& snapshot, const RemoteId& whole);
/// Both, for a page of users, queues or accounts. (plan_person_page does it by itself.)
void plan_quarantine(Plan& plan, PageSnapshot& snapshot, const std::string& object,
                     const std::vector<RemoteId>& whole, const std::vector<BadInput>& bad, Timestamp now);

}  // namespace prospectd::reconcile

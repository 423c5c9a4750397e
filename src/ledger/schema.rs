//! The ledger table as diesel prints it; the same for all backends. It must never hold a table of the legacy database.
#![expect(missing_docs, reason = "diesel's macro writes the items")]

diesel::table! {
    drawbridge_migrated_users (user_id) {
        #[max_length = 255]
        user_id -> Varchar,
        migrated_at -> Timestamp,
        #[max_length = 255]
        marked_by -> Varchar,
    }
}

-- mariadb_session.sql - how a new connection is set up.
-- SPDX-License-Identifier: Apache-2.0
--
-- A table that is being altered is not waited for: each facet of it would wait anew, and
-- the other tables of the batch with it.  A statement has some 200 temporary tables, which
-- must not reserve 16 MB each.  The texts of definitions depend on the mode.
set session
    lock_wait_timeout = /*M! 0 */ /*!80000 1 */,
    /*M! max_statement_time = {timeout_s}, tx_read_only = 1, */
    /*!80000 max_execution_time = {timeout_ms}, transaction_read_only = 1, */
    max_heap_table_size = 1048576,
    tmp_table_size = 1048576,
    sql_mode = '',
    sql_quote_show_create = 1,
    lc_messages = 'en_US',
    time_zone = '+00:00'

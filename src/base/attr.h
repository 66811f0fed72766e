/* attr.h - the few attributes that the code relies on.
 *
 * With `format`, `cleanup` and `warn_unused_result` these are the only GNU extensions.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ATTR_H
#define TS_ATTR_H

#define TS_MUST_CHECK __attribute__((warn_unused_result))
#define TS_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* The callee owns this argument from the call on, also when it fails. */
#define TS_TAKES

/* A local variable that releases itself: TS_AUTO(ts_buf) text = {0}; */
#define TS_AUTO(type) __attribute__((cleanup(type##_release))) struct type

#endif

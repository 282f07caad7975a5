/// What a run leaves to read: `log.jsonl` for programs and people, TensorBoard event files for curves.
///
/// Both are append-only and survive a crash: a run that resumes drops a half-written end and whatever lies beyond the
/// step that it resumes from, so that no part of a curve stands there twice.
@NullMarked
package net.alexnet.log;

import org.jspecify.annotations.NullMarked;

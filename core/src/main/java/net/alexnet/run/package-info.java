/// A run from its recipe to its folder: everything that training needs, put together in one place.
///
/// ```
/// runs/20261123-130455-quickstart/     runs/latest points at the newest
///   recipe.yaml                        the whole recipe
///   log.jsonl, events.out.tfevents.*   how it went
///   rejected.tsv                       pictures that could not be read, with the reason
///   checkpoints/step-…/                model.safetensors, momentum.safetensors, state.json
/// ```
@NullMarked
package net.alexnet.run;

import org.jspecify.annotations.NullMarked;

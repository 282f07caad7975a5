/// The page of a run, `report.html`: one file without scripts and without anything from the network.
///
/// ```
/// RunRecord  what the run's folder says ──▶ Overview, Curves, LayerCharts, RecipeKeys ─┐
/// ValidationPass  the last checkpoint on the validation pictures ──▶ ValidationParts, ─┼─▶ Section ─▶ Page
///                                                                    PictureFigures    │
/// figures that others make, as HTML or SVG ────────────────────────────────────────────┘
/// ```
///
/// Every part is a fragment of HTML that stands on its own, so another page can show the same parts. A chart is an
/// inline SVG, beside a table of its values. Start reading at [net.alexnet.report.HtmlReport].
@NullMarked
package net.alexnet.report;

import org.jspecify.annotations.NullMarked;

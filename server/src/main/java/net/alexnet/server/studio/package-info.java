/// The page of `alexnet studio`: runs as they are trained, what their networks learned, and a place
/// to try them.
///
/// ```
/// RunTable        which runs there are ──▶ RunsPage, ClaimsPage
/// RunLogs         their logs, as they grow ──▶ RunPage, LogStream (events) ─▶ run.js
/// OpenModels      their networks ──▶ TryPage, ModelPage, ModelParts
/// RunPictures     their pictures ──▶ DataPage, Neighbors
/// EndpointLimits  heavy work on few threads, and failures in words
/// ```
///
/// The page reads the folders of runs and never a training process. It shows the same parts as
/// `report.html`, made by [net.alexnet.report.RunSections]. Its modules are plain ES modules, kept
/// as resources beside this package.
@NullMarked
package net.alexnet.server.studio;

import org.jspecify.annotations.NullMarked;

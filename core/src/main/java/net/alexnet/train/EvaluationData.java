package net.alexnet.train;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.Datasets;
import net.alexnet.data.EvaluationSet;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.RemotePictures;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.Synset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.io.CacheFolder;
import net.alexnet.train.config.Recipe;

/// The pictures of an evaluation, resized for each model.
///
/// @param inputs for each model, in their order; all hold the same pictures
/// @param rejected pictures that cannot be read
/// @param submissionIds the number of each class in a submission to the ILSVRC, where the data knows it
/// @param own the pictures of the first model's run, split as that run splits them and as they were prepared for it, if they
///     still are; empty if other pictures were named
public record EvaluationData(List<Input> inputs, List<RejectedImage> rejected, Optional<List<Integer>> submissionIds,
        Optional<Dataset> own) {

    /// What opening pictures needs.
    ///
    /// @param workers threads that read pictures
    /// @param cache where the run's prepared pictures may be
    /// @param warns of models that were trained on pictures of the same source
    /// @param stop polled while pictures are fetched and read; true to give up
    public record Resources(ImageCodec codec, int workers, CacheFolder cache, ProgressListener progress, boolean warns,
            BooleanSupplier stop) {}

    /// Opens the pictures of a folder or an address, or those that the models were validated on.
    ///
    /// @param given the folder or address
    /// @param models with the same classes and channels
    /// @throws InterruptedIOException if it was stopped
    public static EvaluationData open(Optional<String> given, List<NamedModel> models, Resources resources)
            throws IOException, InterruptedException {
        if (given.isEmpty()) {
            return validated(models, resources);
        }
        Path local = RemotePictures.local(given.get(), resources.cache, resources.progress, resources.stop);
        return PreparedDataset.isIn(local)
                ? prepared(PreparedDataset.open(local, resources.codec), models, resources)
                : named(given.get(), local, models, resources);
    }

    /// Checks, before a network is trained, that it can be evaluated on the pictures of a folder: that some can be read, and
    /// that all are of the network's classes.
    ///
    /// @param side of the network's resized pictures, in pixels
    /// @param channels of the network's pictures
    /// @return the pictures, of any size
    /// @throws IOException if it cannot
    public static ImageDataset check(Path folder, List<String> classes, int side, int channels, ImageCodec codec)
            throws IOException {
        ImageDataset pictures;
        if (PreparedDataset.isIn(folder)) {
            PreparedDataset prepared = PreparedDataset.open(folder, codec);
            prepared.require(side, channels, "the network");
            pictures = evaluated(prepared, classes, List.of());
        } else {
            pictures = Datasets.openForEvaluation(folder, classes, List.of()).images();
        }
        ResizedImages resized = new ResizedImages(pictures, codec, side, channels, 0);
        if (IntStream.range(0, resized.size()).noneMatch(resized::canRead)) {
            throw new DatasetException("none of the " + resized.size() + " pictures of " + folder + " can be read"
                    + resized.rejected().stream().limit(1).map(first -> "; the first, " + first)
                            .collect(Collectors.joining()));
        }
        return pictures;
    }

    // --- what --data names -----------------------------------------------------------------------------------------

    /// The validation part of a prepared dataset, or all if it has none. It may know the model's classes by their wnids.
    private static EvaluationData prepared(PreparedDataset prepared, List<NamedModel> models, Resources resources)
            throws IOException {
        NamedModel first = models.getFirst();
        ImageDataset pictures = evaluated(prepared, first.classes(), first.model().card().wnids());
        resources.progress.message("all " + pictures.size() + (prepared.validation().size() == 0 ? "" : " validation")
                + " pictures of " + prepared.path());
        warnOfTraining(prepared.source(), pictures, prepared.path().toString(), models, resources);
        return stored(prepared, pictures, models, resources);
    }

    private static ImageDataset evaluated(PreparedDataset prepared, List<String> classes, List<String> wnids)
            throws DatasetException {
        return (prepared.validation().size() == 0 ? prepared.training() : prepared.validation())
                .withClasses(wnids.containsAll(prepared.dataset().classes()) ? wnids : classes);
    }

    private static EvaluationData named(String source, Path local, List<NamedModel> models, Resources resources)
            throws IOException, InterruptedException {
        NamedModel first = models.getFirst();
        EvaluationSet set = Datasets.openForEvaluation(local, first.classes(), first.model().card().wnids());
        resources.progress.message(set.description());
        EvaluationData data = resized(set, models, resources);
        warnOfTraining(DataSource.named(source), data.inputs.getFirst().images(), source, models, resources);
        return data;
    }

    /// Warns of models whose run learned from the same source, unless it was validated on just these pictures.
    ///
    /// @param root where the pictures came from in the first place
    private static void warnOfTraining(String root, ImageDataset pictures, String named, List<NamedModel> models,
            Resources resources) throws IOException {
        for (NamedModel model : resources.warns ? models : List.<NamedModel>of()) {
            Optional<Recipe> recipe = model.recipe();
            if (recipe.isPresent() && DataSource.maySame(DataSource.root(recipe.get(), resources.codec), root)
                    && !wasValidatedOn(model, pictures)) {
                resources.progress.warning((models.size() == 1 ? "the model" : model.path().toString())
                        + " was trained on pictures of " + named + ", so this error may be too good; "
                        + (model.heldOutNone()
                                ? "name pictures that are new to it"
                                : "leave out --data to evaluate on those that were held out"));
            }
        }
    }

    private static boolean wasValidatedOn(NamedModel model, ImageDataset pictures) {
        return TrainingRun.wasValidatedOn(model.metadata(), pictures).orElse(false);
    }

    // --- what the models were validated on -------------------------------------------------------------------------

    /// The pictures that the first model's run was validated on: as they were prepared for it, if they still are.
    private static EvaluationData validated(List<NamedModel> models, Resources resources)
            throws IOException, InterruptedException {
        for (NamedModel model : models) { // before pictures are read
            recipe(model);
        }
        NamedModel first = models.getFirst();
        if (first.heldOutNone()) {
            throw new IllegalArgumentException("the run " + first.path() + " has no validation pictures, because it"
                    + " trained on all; name a folder of others (--data DIR)");
        }
        Recipe recipe = recipe(first);
        DataSource source = DataSource.open(recipe, resources.codec, resources.cache, resources.progress,
                resources.stop);
        Dataset dataset = TrainingRun.split(recipe, source.dataset());
        if (!dataset.classes().equals(first.classes())) {
            throw new IOException("the classes of " + dataset.name() + " are no longer those of the model: found "
                    + dataset.classes() + ", expected " + first.classes()
                    + ". Put them back, or name other pictures with --data");
        }
        Optional<PreparedDataset> prepared = source.stored(first.preprocessing().resize(),
                first.preprocessing().channels(), resources.codec, resources.cache);
        boolean largeEnough = prepared.isPresent() && models.stream()
                .allMatch(model -> model.preprocessing().resize() <= prepared.get().preparation().side());
        Dataset own = largeEnough ? TrainingRun.split(recipe, prepared.get().dataset()) : dataset;
        EvaluationData data = largeEnough
                ? stored(prepared.get(), own.validation(), models, resources)
                : resized(new EvaluationSet("", dataset.validation(), dataset.synsets()), models, resources);
        requireHeldOut(data.inputs.getFirst().images(), dataset.name(), models, resources);
        resources.progress.message("the pictures that the run was validated on");
        return new EvaluationData(data.inputs, data.rejected, data.submissionIds, Optional.of(own));
    }

    private static Recipe recipe(NamedModel model) throws IOException {
        return model.recipe().orElseThrow(() -> new IllegalArgumentException(
                "a model file does not say which pictures to evaluate it on; name a folder of them (--data DIR)"));
    }

    /// A changed folder is split otherwise, so that pictures that were learned from may be among those that are held out.
    private static void requireHeldOut(ImageDataset pictures, String dataset, List<NamedModel> models,
            Resources resources)
            throws IOException {
        NamedModel first = models.getFirst();
        if (!TrainingRun.wasValidatedOn(first.metadata(), pictures).orElse(true)) {
            throw new IOException("the pictures that are held out of " + dataset + " now are not those that "
                    + first.path() + " was validated on, because pictures were added, removed or renamed."
                    + " Restore the folder, or name pictures that are new to the model with --data");
        }
        for (NamedModel other : models.subList(1, models.size())) {
            if (!wasValidatedOn(other, pictures)) {
                resources.progress.warning(other.path() + " was validated on other pictures than " + first.path()
                        + " and may have been trained on some of these, so its error and the average's may be too good;"
                        + " name pictures that are new to both with --data");
            }
        }
    }

    // --- resized images, once for each side that a model needs ------------------------------------------------------

    private static long budget(List<NamedModel> models) {
        long sides = models.stream().map(model -> model.preprocessing().resize()).distinct().count();
        return ResizedImages.defaultBudget() / sides;
    }

    /// The images of a prepared dataset.
    private static EvaluationData stored(PreparedDataset dataset, ImageDataset pictures, List<NamedModel> models,
            Resources resources) throws IOException {
        long budget = budget(models);
        Map<Integer, ImageDataset> bySide = new LinkedHashMap<>();
        List<Input> inputs = new ArrayList<>();
        for (NamedModel model : models) {
            Preprocessing preprocessing = model.preprocessing();
            int side = preprocessing.resize();
            dataset.require(side, preprocessing.channels(), model.path().toString());
            inputs.add(new Input(
                    bySide.computeIfAbsent(side, _ -> dataset.resizedImages(pictures, side, resources.codec, budget)),
                    preprocessing));
        }
        List<Synset> known = dataset.dataset().synsets();
        List<String> order = dataset.dataset().classes();
        List<Synset> synsets = known.isEmpty() || !order.containsAll(pictures.classes())
                ? List.of()
                : pictures.classes().stream().map(name -> known.get(order.indexOf(name))).toList();
        return new EvaluationData(inputs,
                dataset.validation().size() == 0 ? dataset.unreadTraining() : dataset.unreadValidation(),
                new EvaluationSet("", pictures, synsets).submissionIds(), Optional.empty());
    }

    /// Images of any size, resized in a pass over all of them.
    private static EvaluationData resized(EvaluationSet set, List<NamedModel> models, Resources resources)
            throws IOException, InterruptedException {
        Map<Integer, ResizedImages> bySide = new LinkedHashMap<>();
        List<Input> inputs = new ArrayList<>();
        for (NamedModel model : models) {
            Preprocessing preprocessing = model.preprocessing();
            ResizedImages images = bySide.get(preprocessing.resize());
            if (images == null) {
                images = new ResizedImages(set.images(), resources.codec, preprocessing.resize(),
                        preprocessing.channels(), budget(models));
                if (images.read(resources.workers,
                        (done, total) -> resources.progress.progress("reading evaluation pictures", done, total),
                        resources.stop).isEmpty()) {
                    throw new InterruptedIOException("stopped while reading evaluation pictures");
                }
                bySide.put(preprocessing.resize(), images);
            }
            inputs.add(new Input(images.readable(), preprocessing));
        }
        List<RejectedImage> rejected = bySide.values().iterator().next().rejected();
        if (bySide.values().stream().anyMatch(images -> !images.rejected().equals(rejected))) {
            throw new IOException("the pictures changed while they were read; run the command again");
        }
        return new EvaluationData(inputs, rejected, set.submissionIds(), Optional.empty());
    }
}

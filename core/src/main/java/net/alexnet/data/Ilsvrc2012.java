package net.alexnet.data;

import module java.base;

/// ILSVRC-2012, the paper's pictures, as they are distributed:
///
/// ```
/// ILSVRC2012_img_train.tar        n01440764.tar and so on, one per class, each of n01440764_10026.JPEG and so on
/// ILSVRC2012_img_val.tar          ILSVRC2012_val_00000001.JPEG and so on
/// ILSVRC2012_devkit_t12.tar.gz    which picture shows what
/// ```
///
/// Nothing is unpacked: opening reads the headers of the tars, one for each picture, and a picture is read from its
/// place in the tar. Classes are sorted by their identifiers. Training pictures go class by class in the order of their tars,
/// validation pictures by their numbers, which is the order of a submission to the challenge.
record Ilsvrc2012(Path folder) implements Datasets.Format {
    static final String TRAINING = "ILSVRC2012_img_train.tar";
    static final String VALIDATION = "ILSVRC2012_img_val.tar";

    private static final Pattern TRAINING_NAME = Pattern.compile("(n\\d+)_(0|[1-9]\\d{0,8})\\.JPEG");
    private static final Pattern VALIDATION_NAME = Pattern.compile("ILSVRC2012_val_(\\d{8})\\.JPEG");

    @Override
    public boolean present() {
        return Files.isRegularFile(folder.resolve(TRAINING)) || Files.isRegularFile(folder.resolve(VALIDATION));
    }

    /// Opens both tars.
    ///
    /// @param classNames the identifiers of the classes in the order of their labels; empty for the sorted order
    /// @throws DatasetException if a part is missing or damaged, or two parts contradict each other
    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        Path training = require(TRAINING, "Training images (Task 1 & 2)");
        Path validation = require(VALIDATION, "Validation images (all tasks)");
        Devkit labels = Devkit.read(folder);
        List<String> classes = classNames.isEmpty() ? labels.wnids() : classNames;
        int[] places = ClassNames.indicesIn(classes, labels.wnids(), folder);
        if (classes.size() != places.length) {
            throw new DatasetException(folder + " has " + places.length + " classes, but the list of classes names "
                    + classes.size() + "; expected the same identifiers in any order");
        }
        return new Dataset(
                folder.toString(),
                classes,
                training(training, classes),
                validation(validation, classes, labels, places),
                "Training pictures from " + TRAINING + ", validation pictures from " + VALIDATION + ".",
                ordered(labels.synsets(), places));
    }

    /// Opens the validation pictures to evaluate a model on; the tar of the training pictures is not needed.
    ///
    /// @param classNames the model's classes
    /// @param wnids their identifiers; empty if the names themselves are the identifiers
    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        Path tar = require(VALIDATION, "Validation images (all tasks)");
        Devkit labels = Devkit.read(folder);
        int[] places = ClassNames.indicesIn(wnids.isEmpty() ? classNames : wnids, labels.wnids(), folder);
        ImageDataset images = validation(tar, classNames, labels, places);
        return EvaluationSet.all(images, tar,
                places.length == classNames.size() ? ordered(labels.synsets(), places) : List.of());
    }

    private Path require(String name, String title) throws DatasetException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new DatasetException(folder + " holds " + (name.equals(TRAINING) ? VALIDATION : TRAINING)
                    + " but no " + name + ". Expected it beside it, as it is ('" + title
                    + "' of https://image-net.org/download-images); if its pictures are unpacked into class folders,"
                    + " give the folder of those");
        }
        return file;
    }

    /// The synsets in the order of the classes.
    private static List<Synset> ordered(List<Synset> synsets, int[] places) {
        Synset[] ordered = new Synset[places.length];
        for (int i = 0; i < places.length; i++) {
            ordered[places[i]] = synsets.get(i);
        }
        return List.of(ordered);
    }

    private ImageDataset training(Path tar, List<String> classes) throws IOException {
        TarSamples index = new TarSamples(tar);
        Map<String, TarSamples.Member> found = new TreeMap<>();
        for (TarSamples.Member member : index.members()) {
            if (found.put(member.name(), member) != null) {
                throw new DatasetException(tar + " holds " + member.name() + " twice");
            }
        }
        for (String wnid : classes.stream().sorted().toList()) {
            TarSamples.Member inner = found.remove(wnid + ".tar");
            if (inner == null) {
                throw new DatasetException(tar + " has no " + wnid + ".tar, the pictures of a class that "
                        + "the devkit names. Download or copy it again");
            }
            addClass(index, tar, inner, wnid, classes.indexOf(wnid));
        }
        if (!found.isEmpty()) {
            throw new DatasetException(tar + " holds files that are no class of the devkit: "
                    + ClassNames.listed(found.keySet()));
        }
        return new ImageDataset(classes, index.samples(i -> {
            String wnid = classes.get(index.label(i));
            return "train/" + wnid + "/" + wnid + "_" + index.number(i) + ".JPEG";
        }));
    }

    private static void addClass(TarSamples index, Path tar, TarSamples.Member inner, String wnid, int label)
            throws IOException {
        Set<Integer> seen = new HashSet<>();
        for (TarSamples.Member image : index.members(inner)) {
            Matcher name = TRAINING_NAME.matcher(image.name());
            if (!name.matches() || !wnid.equals(name.group(1)) || !seen.add(Integer.parseInt(name.group(2)))) {
                throw new DatasetException(inner.name() + " in " + tar + " holds " + image.name() + "; expected "
                        + wnid + "_<number>.JPEG, each number once");
            }
            index.add(image, label, Integer.parseInt(name.group(2)));
        }
    }

    private ImageDataset validation(Path tar, List<String> classes, Devkit labels, int[] places)
            throws IOException {
        TarSamples index = new TarSamples(tar);
        List<TarSamples.Member> images = index.members();
        images.sort(Comparator.comparing(TarSamples.Member::name));
        int expected = labels.validation().length;
        for (TarSamples.Member image : images) {
            Matcher name = VALIDATION_NAME.matcher(image.name());
            int number = index.size() + 1;
            if (!name.matches() || number > expected || Integer.parseInt(name.group(1)) != number) {
                throw new DatasetException(tar + " holds " + image.name() + "; expected " + validationName(1)
                        + " to " + validationName(expected) + ", each once, as " + labels.where() + " has " + expected
                        + " labels");
            }
            index.add(image, places[labels.validation()[number - 1]], number);
        }
        if (index.size() < expected) {
            throw new DatasetException(tar + " has " + index.size() + " pictures, but " + labels.where() + " has "
                    + expected + " labels. Download or copy it again");
        }
        return new ImageDataset(classes, index.samples(i -> "val/" + validationName(index.number(i))));
    }

    private static String validationName(int number) {
        return String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", number);
    }
}

package net.alexnet.data;

import module java.base;
import net.alexnet.io.Texts;

/// Images as other programs' files have them: with a text or a number as label, perhaps in parts. Filled by one thread.
///
/// If all labels are whole numbers, they are indices into a list of classes. Otherwise they are the classes' names.
final class LabeledImages {
    private static final int MOST_CLASSES = 100_000;
    private static final int LONGEST = 200;
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    private final String where;
    private final Map<String, Integer> codes = new LinkedHashMap<>();
    private final Map<String, String> forms = new HashMap<>(); // for each composed form, the first label that has it
    private final Map<SourcePart, List<List<Sample>>> parts = new EnumMap<>(SourcePart.class);
    private boolean numbered = true;
    private final List<String> withoutPicture = new ArrayList<>();
    private final List<String> unlabeled = new ArrayList<>();

    /// @param where the images come from, as a user would call it
    LabeledImages(String where) {
        this.where = where;
    }

    /// A number for a label's text, to be the label of a [Sample] until all are known.
    ///
    /// @param picture that has it, for messages
    /// @throws DatasetException if it cannot be a class
    int code(String text, String picture) throws DatasetException {
        String label = text.strip();
        if (label.isEmpty()) {
            throw new DatasetException(picture + " has no label; expected a number or the name of a class");
        }
        if (label.length() > LONGEST) {
            throw new DatasetException(picture + " has a label of " + label.length()
                    + " characters; expected a number or the name of a class");
        }
        boolean isNumber = NUMBER.matcher(label).matches();
        if (isNumber && Long.parseLong(label) < 0) {
            throw new DatasetException(picture + " has the label " + label + ", as unlabeled pictures have; expected 0"
                    + " or above");
        }
        numbered &= isNumber;
        // lists may be written on systems that differ in how they write an accented letter
        String known = codes.containsKey(label) ? label : forms.computeIfAbsent(ClassNames.composed(label), _ -> label);
        int code = codes.computeIfAbsent(known, _ -> codes.size());
        if (code >= MOST_CLASSES) {
            throw new DatasetException(where + " has more than " + MOST_CLASSES + " different labels, such as '" + label
                    + "'; expected classes, not a caption of each picture");
        }
        return code;
    }

    /// Adds images whose labels are codes.
    void add(SourcePart part, List<Sample> samples) {
        if (!samples.isEmpty()) {
            parts.computeIfAbsent(part, _ -> new ArrayList<>()).add(samples);
        }
    }

    /// Notes a sample that has a label and no picture that is read.
    void leaveOut(String name) {
        withoutPicture.add(name);
    }

    /// Notes a file whose pictures have no labels, as those of a competition's test set.
    void leaveOutUnlabeled(String file) {
        unlabeled.add(file);
    }

    /// A clause that names the files without labels; empty if there are none.
    String unlabeledClause() {
        return unlabeled.isEmpty() ? "" : ": pictures without labels (-1) are in " + ClassNames.listed(unlabeled);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /// The dataset. Images of the test part are for validation if there is no other; without a training part, a share of
    /// the images is held out.
    ///
    /// @param rule splits the images where there is one part only
    /// @param named the names of the classes if the data has a list of them
    /// @param given the user's list of classes; empty if there is none
    Dataset dataset(TrainValidationSplit rule, Optional<List<String>> named, List<String> given)
            throws DatasetException {
        Dataset all = complete(rule, named, given);
        List<String> warnings = new ArrayList<>();
        if (!withoutPicture.isEmpty()) {
            warnings.add(Texts.count(withoutPicture.size(), "sample")
                    + (withoutPicture.size() == 1 ? " has" : " have")
                    + " a label but no picture that is read (.jpg, .jpeg, .png, .webp), such as "
                    + withoutPicture.getFirst());
        }
        if (!unlabeled.isEmpty()) {
            warnings.add("left out" + unlabeledClause());
        }
        return new Dataset(all.name(), all.classes(), all.training(), all.validation(), all.split(), all.synsets(),
                warnings);
    }

    private Dataset complete(TrainValidationSplit rule, Optional<List<String>> named, List<String> given)
            throws DatasetException {
        List<String> names = named.orElse(given);
        List<String> texts = named(names);
        List<String> classes = !names.isEmpty() ? names : numbered ? numbers() : List.copyOf(new TreeSet<>(texts));
        if (classes.size() < 2) {
            throw new DatasetException(where + " holds one class only, " + ClassNames.listed(classes)
                    + "; a classifier needs two or more");
        }
        Optional<SourcePart> validation = validation();
        if (validation.isEmpty() || !parts.containsKey(SourcePart.TRAINING)) {
            return rule.dataset(where, images(parts.keySet(), texts, classes), "");
        }
        ImageDataset training = images(Set.of(SourcePart.TRAINING), texts, classes);
        ImageDataset held = images(Set.of(validation.get()), texts, classes);
        return new Dataset(where, classes, training, held,
                "Training pictures from the part 'train', validation pictures"
                        + " from the part '" + (validation.get() == SourcePart.TEST ? "test" : "val") + "'.");
    }

    /// The images of the validation part, or all if there is none, for a model.
    ///
    /// @param named the names of the classes if the data has a list of them
    /// @param classNames the model's classes
    /// @param wnids of these classes; empty if it has none
    EvaluationSet evaluation(Optional<List<String>> named, List<String> classNames, List<String> wnids)
            throws DatasetException {
        List<String> texts = named(named.orElse(classNames));
        Map<String, Integer> labels = ClassNames.indices(classNames);
        ClassNames.indices(wnids).forEach(labels::putIfAbsent);
        ClassNames.requireKnown(where, texts, labels.keySet(), classNames);
        ImageDataset images = images(SourcePart.evaluated(parts.keySet()),
                texts.stream().map(text -> classNames.get(labels.getOrDefault(text, 0))).toList(), classNames);
        return EvaluationSet.all(images, unlabeled.isEmpty() ? where : where + ", left out" + unlabeledClause(),
                List.of());
    }

    private Optional<SourcePart> validation() {
        return Stream.of(SourcePart.VALIDATION, SourcePart.TEST).filter(parts::containsKey).findFirst();
    }

    /// The name of the class of each code.
    private List<String> named(List<String> names) throws DatasetException {
        if (!numbered) {
            return List.copyOf(codes.keySet());
        }
        int classes = names.isEmpty() ? MOST_CLASSES : names.size();
        List<String> named = new ArrayList<>();
        for (String text : codes.keySet()) {
            long label = Long.parseLong(text);
            if (label >= classes) {
                throw new DatasetException(where + " has the label " + label + ", but "
                        + (names.isEmpty()
                                ? "no names of classes; without them labels are below " + MOST_CLASSES
                                : "there are " + classes + " classes: " + ClassNames.listed(names)));
            }
            named.add(names.isEmpty() ? String.valueOf(label) : names.get((int) label));
        }
        return named;
    }

    private List<String> numbers() {
        long greatest = codes.keySet().stream().mapToLong(Long::parseLong).max().orElse(0);
        return ClassNames.numbers((int) Math.max(2, greatest + 1));
    }

    private ImageDataset images(Set<SourcePart> chosen, List<String> texts, List<String> classes)
            throws DatasetException {
        ImageDataset all = ImageDataset.concat(parts.entrySet().stream().filter(part -> chosen.contains(part.getKey()))
                .flatMap(part -> part.getValue().stream()).map(samples -> new ImageDataset(texts, samples)).toList());
        return new ImageDataset(all.classes(), all.samples()).withClasses(classes, where);
    }
}

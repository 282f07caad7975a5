package net.alexnet.app;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The rules of `ARCHITECTURE.md` over the production classes of all modules. [DocumentedNamesTest] holds its names.
class ArchitectureTest {
    private static final String ROOT = "net.alexnet.";

    /// Bottom up: an arrow may only point from a later package to an earlier one. A new package takes its place here and in
    /// the table of `ARCHITECTURE.md`.
    static final List<String> ORDER = List.of("random", "files", "download", "tensor", "tensor.reference", "kernel",
            "weights",
            "weights.protobuf", "weights.pytorch", "weights.caffe", "weights.onnx", "weights.any",
            "optim",
            "image",
            "dataset", "shards", "input", "net", "model", "exchange.onnx", "exchange", "eval", "features", "neighbours",
            "checkpoint", "log", "recipe", "finetune", "train", "run",
            "torch", "app");

    static final JavaClasses CLASSES = importClasses();

    private static JavaClasses importClasses() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // libtorch's thousands of classes
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("net.alexnet");
    }

    @Test
    void theClassesOfAllModulesAreSeenAndNoTests() {
        assertThat(names(CLASSES)).contains("net.alexnet.train.Trainer", "net.alexnet.net.AlexNet",
                "net.alexnet.torch.TorchBackend", "net.alexnet.app.Main", "net.alexnet.app.package-info");
        assertThat(names(CLASSES)).noneMatch(name -> name.endsWith("Test") || name.endsWith("Contract"));
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> packages = new TreeSet<>();
        CLASSES.forEach(type -> packages.add(type.getPackageName()));
        assertThat(packages).containsExactlyInAnyOrderElementsOf(ORDER.stream().map(ROOT::concat).toList());
    }

    @Test
    void arrowsPointDown() {
        List<String> upward = new ArrayList<>();
        int seen = 0;
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getPackageName();
                if (target.startsWith(ROOT) && !target.equals(type.getPackageName())) {
                    seen++;
                    if (place(target) > place(type.getPackageName())) {
                        upward.add(dependency.getDescription());
                    }
                }
            }
        }
        assertThat(seen).isGreaterThan(500);
        assertThat(upward).isEmpty();
    }

    @Test
    void packagesMakeNoCycle() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /// core cannot see torch at all: its class path holds that. Of the others only torch touches the native libraries.
    @Test
    void onlyTorchTouchesTheNativeLibraries() {
        noClasses().that().resideOutsideOfPackage(ROOT + "torch..").should().dependOnClassesThat()
                .resideInAPackage("org.bytedeco..").check(CLASSES);
        assertThat(CLASSES.get(ROOT + "torch.TorchBackend").getDirectDependenciesFromSelf())
                .anyMatch(dependency -> dependency.getTargetClass().getPackageName().startsWith("org.bytedeco"));
    }

    @Test
    void onlyTheProgramsOutermostClassesPrint() {
        noClasses().that().doNotHaveFullyQualifiedName(Main.class.getName())
                .and().doNotHaveFullyQualifiedName(Cli.class.getName())
                .should().accessTargetWhere(PRINTING).check(CLASSES);
        assertThat(CLASSES.get(Main.class).getAccessesFromSelf()).anyMatch(PRINTING);
        assertThat(CLASSES.get(Cli.class).getAccessesFromSelf()).anyMatch(PRINTING);
    }

    private static final DescribedPredicate<JavaAccess<?>> PRINTING = describe(
            "System.out, System.err or printStackTrace", access -> {
                JavaClass owner = access.getTargetOwner();
                String name = access.getTarget().getName();
                return name.equals("printStackTrace")
                        || (owner.isEquivalentTo(System.class) && (name.equals("out") || name.equals("err")));
            });

    @Test
    void everyPackageIsNullMarked() {
        List<JavaPackage> unmarked = ORDER.stream().map(name -> CLASSES.getPackage(ROOT + name))
                .filter(found -> !found.isAnnotatedWith(NullMarked.class)).toList();
        assertThat(unmarked).isEmpty();
    }

    private static int place(String packageName) {
        return ORDER.indexOf(packageName.substring(ROOT.length()));
    }

    private static List<String> names(JavaClasses classes) {
        return classes.stream().map(JavaClass::getName).toList();
    }
}

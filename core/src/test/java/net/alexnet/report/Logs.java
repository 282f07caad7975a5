package net.alexnet.report;

import java.nio.charset.StandardCharsets;

/// Logs of runs.
final class Logs {
    private Logs() {}

    static RunLog of(String... lines) {
        RunLog.Collector collector = new RunLog.Collector();
        for (String line : lines) {
            collector.add(line.getBytes(StandardCharsets.UTF_8));
        }
        return collector.log();
    }

    /// Three steps in two epochs, with everything that a log can have.
    static RunLog recent() {
        return of("""
                {"step":0,"kind":"linear","penalty":1,"out_of_fold_top1_error":0.5,"validation_n":40,\
                "validation_loss":1.5,"top1_error":0.3,"top5_error":0.1,"seconds":2}
                {"step":1,"kind":"step","epoch":1,"loss":2.5,"learning_rate":0.02,"images_per_second":100.5,\
                "wait_share":0.25}
                {"step":2,"kind":"step","epoch":1,"loss":2.125,"learning_rate":0.02,"images_per_second":120.0,\
                "wait_share":0.5}
                {"step":2,"kind":"warning","text":"<b>flat</b>"}
                {"step":2,"kind":"epoch","epoch":1,"loss":2.3125,"training_top1_error":0.625,"learning_rate":0.02,\
                "validation_n":40,"validation_loss":1.75,"top1_error":0.5,"top5_error":0.1,"layers":[\
                {"layer":"conv1","weight":0.5,"update":0.125,"dead":0.25},\
                {"layer":"fc8","weight":0.25,"update":0.0625,"dead":null}],"seconds":3.5}
                {"step":3,"kind":"step","epoch":2,"loss":1.875,"learning_rate":0.002,"images_per_second":110.0,\
                "wait_share":0.0}
                {"step":3,"kind":"epoch","epoch":2,"loss":1.875,"training_top1_error":0.375,"learning_rate":0.002,\
                "validation_n":40,"validation_loss":1.25,"top1_error":0.25,"top5_error":0.05,"layers":[\
                {"layer":"conv1","weight":0.5,"update":0.03125,"dead":0.125},\
                {"layer":"fc8","weight":0.25,"update":0.015625,"dead":null}],"seconds":4.25}
                {"step":3,"kind":"test","data":"more/","test_n":9,"test_loss":0.5,"top1_error":0.125,"top5_error":0.0}
                """.split("\n"));
    }

    /// The least that a log has: no layers and no training error.
    static RunLog minimal() {
        return of("""
                {"step":1,"kind":"step","epoch":1,"loss":2.4668240547180176,"learning_rate":0.02,\
                "images_per_second":23.5,"wait_share":1.1181252652091862E-6}
                {"step":391,"kind":"epoch","epoch":1,"loss":1.8208985154890953,"learning_rate":0.02,\
                "validation_n":10000,"validation_loss":1.5110704193969602,"top1_error":0.5619,"top5_error":0.0851,\
                "seconds":112.464212389}
                """.split("\n"));
    }
}

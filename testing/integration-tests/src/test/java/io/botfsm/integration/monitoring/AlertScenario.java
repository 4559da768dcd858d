package io.botfsm.integration.monitoring;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes scrapes of running instances as a test for promtool: ten minutes of one scrape, in which no alert fires, and
 * then the next scrape, for which one alert fires after two and a half minutes, and no other.
 */
final class AlertScenario {
    private static final Path RULES = Path.of("../../docs/operate/monitoring/alerts.yml");
    private static final Path FOLDER = Path.of("target/alert-scrapes");
    private static final int CALM_SAMPLES = 40;
    private static final int FAULTY_SAMPLES = 20;
    private static final String STALE = "stale";
    private static final String NOT_A_NUMBER = "NaN";

    /** By series, the value before and after. */
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private final String alert;

    AlertScenario(String alert) {
        this.alert = alert;
    }

    /** Adds the scrapes of one instance before the fault and during it. */
    void add(String instance, String calm, String faulty) {
        Map<String, String> before = samples(instance, calm);
        Map<String, String> after = samples(instance, faulty);
        Set<String> series = new TreeSet<>(before.keySet());
        series.addAll(after.keySet());
        for (String each : series) {
            values.put(each, List.of(before.getOrDefault(each, "_"), after.getOrDefault(each, STALE)));
        }
    }

    private static Map<String, String> samples(String instance, String scrape) {
        Map<String, String> samples = new LinkedHashMap<>();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            String series = line.substring(0, space);
            String value = line.substring(space + 1);
            samples.put(
                    series.substring(0, series.length() - 1) + ",instance=\"" + instance + "\"}",
                    value.equals(NOT_A_NUMBER) ? value : new BigDecimal(value).toPlainString());
        });
        return samples;
    }

    Path write() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "rule_files: ['" + RULES.toRealPath() + "']",
                "evaluation_interval: 15s",
                "tests:",
                "  - name: " + alert + " fires, and no other",
                "    interval: 15s",
                "    input_series:"));
        values.forEach((series, value) -> lines.add("      - {series: '" + series + "', values: '"
                + repeated(value.get(0), CALM_SAMPLES) + " " + repeated(value.get(1), FAULTY_SAMPLES) + "'}"));
        lines.addAll(List.of(
                "    promql_expr_test:",
                "      - {eval_time: 9m45s, expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})', exp_samples: []}",
                "      - eval_time: 12m30s",
                "        expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})'",
                "        exp_samples: [{labels: '{alertname=\"" + alert + "\"}', value: 1}]"));
        Files.createDirectories(FOLDER);
        return Files.write(FOLDER.resolve(alert + ".yml"), lines);
    }

    /** A series that has ended has one stale marker; NaN has no short form. */
    private static String repeated(String value, int times) {
        return switch (value) {
            case STALE -> STALE;
            case NOT_A_NUMBER -> String.join(" ", Collections.nCopies(times, value));
            default -> value + "x" + (times - 1);
        };
    }
}

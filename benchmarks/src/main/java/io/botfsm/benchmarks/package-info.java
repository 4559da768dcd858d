/** What the library costs, measured beside a plain driver in the same run. */
@NullMarked
package io.botfsm.benchmarks;

import org.jspecify.annotations.NullMarked;

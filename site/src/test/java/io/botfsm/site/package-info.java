@NullMarked
package io.botfsm.site;

import org.jspecify.annotations.NullMarked;

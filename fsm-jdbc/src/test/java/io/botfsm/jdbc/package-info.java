@NullMarked
package io.botfsm.jdbc;

import org.jspecify.annotations.NullMarked;

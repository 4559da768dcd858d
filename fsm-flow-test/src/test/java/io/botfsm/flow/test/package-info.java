/** Dialogs that are tested as users test theirs. */
@NullMarked
package io.botfsm.flow.test;

import org.jspecify.annotations.NullMarked;

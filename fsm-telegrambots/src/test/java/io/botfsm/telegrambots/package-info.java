@NullMarked
package io.botfsm.telegrambots;

import org.jspecify.annotations.NullMarked;

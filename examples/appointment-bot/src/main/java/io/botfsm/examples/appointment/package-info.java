/** A bot that books appointments: {@link io.botfsm.examples.appointment.AppointmentBot}. */
@NullMarked
package io.botfsm.examples.appointment;

import org.jspecify.annotations.NullMarked;

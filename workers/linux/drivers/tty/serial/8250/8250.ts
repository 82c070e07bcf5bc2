/** Registers of a 16550, offsets from its base. @linux include/uapi/linux/serial_reg.h */

/** Receive buffer (read), transmit holding (write). */
export const UART_RX = 0;
export const UART_TX = 0;
/** Interrupt enable. */
export const UART_IER = 1;
export const UART_IER_RDI = 0x01;
export const UART_IER_THRI = 0x02;
export const UART_IER_RLSI = 0x04;
/** Interrupt identification (read), FIFO control (write). */
export const UART_IIR = 2;
export const UART_IIR_NO_INT = 0x01;
export const UART_FCR = 2;
export const UART_FCR_ENABLE_FIFO = 0x01;
export const UART_FCR_CLEAR_RCVR = 0x02;
export const UART_FCR_CLEAR_XMIT = 0x04;
export const UART_FCR_TRIGGER_8 = 0x80;
/** Line control. */
export const UART_LCR = 3;
export const UART_LCR_WLEN8 = 0x03;
export const UART_LCR_DLAB = 0x80;
/** Divisor latch, with DLAB. */
export const UART_DLL = 0;
export const UART_DLM = 1;
/** Modem control. */
export const UART_MCR = 4;
export const UART_MCR_DTR = 0x01;
export const UART_MCR_RTS = 0x02;
export const UART_MCR_OUT2 = 0x08;
/** Line status. */
export const UART_LSR = 5;
export const UART_LSR_DR = 0x01;
export const UART_LSR_THRE = 0x20;
export const UART_LSR_TEMT = 0x40;
/** Modem status. */
export const UART_MSR = 6;

/** The interrupts that processors have, by the names of their vectors as `@isr` gives them: "INT0_vect". */

/** Names without their end. */
function vectors(names: string): readonly string[] {
  return names.split(" ").map((name) => `${name}_vect`);
}

/** By the name of the processor. */
export const VECTORS: Readonly<Record<string, readonly string[]>> = {
  // avr-libc, avr/iom328p.h.
  atmega328p: vectors(
    "INT0 INT1 PCINT0 PCINT1 PCINT2 WDT TIMER2_COMPA TIMER2_COMPB TIMER2_OVF TIMER1_CAPT TIMER1_COMPA " +
      "TIMER1_COMPB TIMER1_OVF TIMER0_COMPA TIMER0_COMPB TIMER0_OVF SPI_STC USART_RX USART_UDRE USART_TX " +
      "ADC EE_READY ANALOG_COMP TWI SPM_READY",
  ),
  // avr-libc, avr/iom32u4.h.
  atmega32u4: vectors(
    "INT0 INT1 INT2 INT3 INT6 PCINT0 USB_GEN USB_COM WDT TIMER1_CAPT TIMER1_COMPA TIMER1_COMPB " +
      "TIMER1_COMPC TIMER1_OVF TIMER0_COMPA TIMER0_COMPB TIMER0_OVF SPI_STC USART1_RX USART1_UDRE USART1_TX " +
      "ANALOG_COMP ADC EE_READY TIMER3_CAPT TIMER3_COMPA TIMER3_COMPB TIMER3_COMPC TIMER3_OVF TWI SPM_READY " +
      "TIMER4_COMPA TIMER4_COMPB TIMER4_COMPD TIMER4_OVF TIMER4_FPF",
  ),
  // RM0367, table 55, as boards/processors/stm32l073rz/start.c names them.
  stm32l073rz: vectors(
    "NMI HardFault SVC PendSV SysTick WWDG PVD RTC FLASH RCC_CRS EXTI0_1 EXTI2_3 EXTI4_15 TSC " +
      "DMA1_Channel1 DMA1_Channel2_3 DMA1_Channel4_7 ADC_COMP LPTIM1 USART4_USART5 TIM2 TIM3 TIM6_DAC TIM7 " +
      "TIM21 I2C3 TIM22 I2C1 I2C2 SPI1 SPI2 USART1 USART2 AES_RNG_LPUART1 LCD USB",
  ),
  // RP2040 datasheet, table 80, as boards/processors/rp2040/start.c names them.
  rp2040: vectors(
    "NMI HardFault SVC PendSV SysTick TIMER_IRQ_0 TIMER_IRQ_1 TIMER_IRQ_2 TIMER_IRQ_3 PWM_IRQ_WRAP " +
      "USBCTRL_IRQ XIP_IRQ PIO0_IRQ_0 PIO0_IRQ_1 PIO1_IRQ_0 PIO1_IRQ_1 DMA_IRQ_0 DMA_IRQ_1 IO_IRQ_BANK0 " +
      "IO_IRQ_QSPI SIO_IRQ_PROC0 SIO_IRQ_PROC1 CLOCKS_IRQ SPI0_IRQ SPI1_IRQ UART0_IRQ UART1_IRQ ADC_IRQ_FIFO " +
      "I2C0_IRQ I2C1_IRQ RTC_IRQ",
  ),
};

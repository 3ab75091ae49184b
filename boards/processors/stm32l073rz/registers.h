/*
 * The registers of the STM32L073RZ that the boards use. Chapters are those of the reference manual RM0367;
 * "PM0223" marks those of the Cortex-M0+ programming manual.
 */
#ifndef STM32L073RZ_REGISTERS_H
#define STM32L073RZ_REGISTERS_H

#include <stdint.h>

#define BIT(number) (1UL << (number))

typedef volatile uint32_t reg32;

/* ---- Flash and data EEPROM: chapter 3 ---- */

#define FLASH_REGISTERS ((struct flash_registers *)0x40022000UL)
struct flash_registers {
    reg32 ACR;
    reg32 PECR;
    reg32 PDKEYR;
    reg32 PEKEYR;
    reg32 PRGKEYR;
    reg32 OPTKEYR;
    reg32 SR;
};
#define FLASH_ACR_LATENCY BIT(0)
#define FLASH_ACR_PRFTEN BIT(1)
#define FLASH_PECR_PELOCK BIT(0)
#define FLASH_PECR_FIX BIT(8)
#define FLASH_PEKEY1 0x89abcdefUL
#define FLASH_PEKEY2 0x02030405UL
#define FLASH_SR_BSY BIT(0)

#define DATA_EEPROM ((volatile uint8_t *)0x08080000UL)

/* ---- Power control: chapter 6 ---- */

#define PWR ((struct pwr_registers *)0x40007000UL)
struct pwr_registers {
    reg32 CR;
    reg32 CSR;
};
#define PWR_CR_LPSDSR BIT(0)
#define PWR_CR_PDDS BIT(1)
#define PWR_CR_CWUF BIT(2)
#define PWR_CR_DBP BIT(8)
#define PWR_CR_ULP BIT(9)
#define PWR_CR_FWU BIT(10)

/* ---- Reset and clock control: chapter 7 ---- */

#define RCC ((struct rcc_registers *)0x40021000UL)
struct rcc_registers {
    reg32 CR;
    reg32 ICSCR;
    reg32 CRRCR;
    reg32 CFGR;
    reg32 CIER;
    reg32 CIFR;
    reg32 CICR;
    reg32 IOPRSTR;
    reg32 AHBRSTR;
    reg32 APB2RSTR;
    reg32 APB1RSTR;
    reg32 IOPENR;
    reg32 AHBENR;
    reg32 APB2ENR;
    reg32 APB1ENR;
    reg32 IOPSMENR;
    reg32 AHBSMENR;
    reg32 APB2SMENR;
    reg32 APB1SMENR;
    reg32 CCIPR;
    reg32 CSR;
};
#define RCC_CR_HSI16ON BIT(0)
#define RCC_CR_HSI16RDYF BIT(2)
#define RCC_CR_MSION BIT(8)
#define RCC_CFGR_SW_HSI16 BIT(0)
#define RCC_CFGR_SWS_MASK (BIT(3) | BIT(2))
#define RCC_CFGR_SWS_HSI16 BIT(2)
#define RCC_CFGR_STOPWUCK BIT(15)
#define RCC_CIER_LSERDYIE BIT(1)
#define RCC_CICR_LSERDYC BIT(1)
#define RCC_IOPENR_PORT(port) BIT(port)
#define RCC_APB2ENR_SYSCFGEN BIT(0)
#define RCC_APB2ENR_SPI1EN BIT(12)
#define RCC_APB1ENR_USART2EN BIT(17)
#define RCC_APB1ENR_PWREN BIT(28)
#define RCC_APB1ENR_LPTIM1EN BIT(31)
#define RCC_CCIPR_LPTIM1SEL_LSE (BIT(19) | BIT(18))
#define RCC_CSR_LSEON BIT(8)
#define RCC_CSR_LSERDY BIT(9)

/* ---- Ports: chapter 9 ---- */

#define GPIO(port) ((struct gpio_registers *)(0x50000000UL + 0x400UL * (port)))
struct gpio_registers {
    reg32 MODER;
    reg32 OTYPER;
    reg32 OSPEEDR;
    reg32 PUPDR;
    reg32 IDR;
    reg32 ODR;
    reg32 BSRR;
    reg32 LCKR;
    reg32 AFR[2];
    reg32 BRR;
};
enum gpio_port { PORT_A = 0, PORT_B = 1, PORT_C = 2, PORT_D = 3, PORT_H = 7 };
enum gpio_mode { MODE_INPUT = 0, MODE_OUTPUT = 1, MODE_ALTERNATE = 2, MODE_ANALOG = 3 };

/* ---- System configuration: chapter 10 ---- */

#define SYSCFG ((struct syscfg_registers *)0x40010000UL)
struct syscfg_registers {
    reg32 CFGR1;
    reg32 CFGR2;
    reg32 EXTICR[4];
};

/* ---- Interrupts: chapter 12; the numbers are those of table 55, the names those of its acronyms ---- */

#define IRQ_RCC_CRS 4
#define IRQ_EXTI0_1 5
#define IRQ_EXTI2_3 6
#define IRQ_EXTI4_15 7
#define IRQ_LPTIM1 13
#define IRQ_USART2 28

/* A handler: start.c has its name in the vector table. */
#define ISR(vector) void vector(void); void vector(void)

/* ---- Extended interrupts: chapter 13 ---- */

#define EXTI ((struct exti_registers *)0x40010400UL)
struct exti_registers {
    reg32 IMR;
    reg32 EMR;
    reg32 RTSR;
    reg32 FTSR;
    reg32 SWIER;
    reg32 PR;
};
#define EXTI_LINE_LPTIM1 29

/* ---- Low-power timer: chapter 24 ---- */

#define LPTIM1 ((struct lptim_registers *)0x40007c00UL)
struct lptim_registers {
    reg32 ISR;
    reg32 ICR;
    reg32 IER;
    reg32 CFGR;
    reg32 CR;
    reg32 CMP;
    reg32 ARR;
    reg32 CNT;
};
/* The same bits in ISR, ICR and IER. */
#define LPTIM_CMPM BIT(0)
#define LPTIM_ARRM BIT(1)
#define LPTIM_CMPOK BIT(3)
#define LPTIM_ARROK BIT(4)
#define LPTIM_CR_ENABLE BIT(0)
#define LPTIM_CR_CNTSTRT BIT(2)

/* ---- Independent watchdog: chapter 25 ---- */

#define IWDG ((struct iwdg_registers *)0x40003000UL)
struct iwdg_registers {
    reg32 KR;
    reg32 PR;
    reg32 RLR;
    reg32 SR;
};
#define IWDG_KR_RELOAD 0xaaaaUL
#define IWDG_KR_ACCESS 0x5555UL
#define IWDG_KR_START 0xccccUL
#define IWDG_PR_256 6UL
#define IWDG_RLR_MOST 0xfffUL
#define IWDG_SR_PVU BIT(0)
#define IWDG_SR_RVU BIT(1)

/* ---- USART: chapter 29 ---- */

#define USART2 ((struct usart_registers *)0x40004400UL)
struct usart_registers {
    reg32 CR1;
    reg32 CR2;
    reg32 CR3;
    reg32 BRR;
    reg32 GTPR;
    reg32 RTOR;
    reg32 RQR;
    reg32 ISR;
    reg32 ICR;
    reg32 RDR;
    reg32 TDR;
};
#define USART_CR1_UE BIT(0)
#define USART_CR1_RE BIT(2)
#define USART_CR1_TE BIT(3)
#define USART_CR1_RXNEIE BIT(5)
#define USART_ISR_RXNE BIT(5)
#define USART_ICR_ORECF BIT(3)
#define USART_ISR_TC BIT(6)
#define USART_ISR_TXE BIT(7)

/* ---- SPI: chapter 31 ---- */

#define SPI1 ((struct spi_registers *)0x40013000UL)
struct spi_registers {
    reg32 CR1;
    reg32 CR2;
    reg32 SR;
    reg32 DR;
};
#define SPI_CR1_MSTR BIT(2)
#define SPI_CR1_SPE BIT(6)
#define SPI_CR1_SSI BIT(8)
#define SPI_CR1_SSM BIT(9)
#define SPI_SR_RXNE BIT(0)
#define SPI_SR_TXE BIT(1)

/* ---- The processor: PM0223 4.2 (NVIC) and 4.3 (SCB) ---- */

#define NVIC_ISER (*(reg32 *)0xe000e100UL)
#define NVIC_ICER (*(reg32 *)0xe000e180UL)
#define NVIC_ICPR (*(reg32 *)0xe000e280UL)
#define SCB_AIRCR (*(reg32 *)0xe000ed0cUL)
#define SCB_AIRCR_KEY 0x05fa0000UL
#define SCB_AIRCR_SYSRESETREQ BIT(2)
#define SCB_SCR (*(reg32 *)0xe000ed10UL)
#define SCB_SCR_SLEEPDEEP BIT(2)

#endif
